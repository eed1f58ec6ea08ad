using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Data.Queries;

internal sealed class RequestRow
{
    public string Cluster { get; init; } = "";
    public string Id { get; init; } = "";
    public string Kind { get; init; } = "";
    public string State { get; init; } = "";
    public string? ActiveDeploy { get; init; }
    public string? PendingDeploy { get; init; }
    public DateTime CreatedAt { get; init; }
    public int ActiveTasks { get; init; }
    public string Overrides { get; init; } = "{}";
    public DateTime? NextFire { get; init; }
    public string Loops { get; init; } = "[]";

    public RequestView ToView()
    {
        var overrides = JsonSerializer.Deserialize<RequestOverrides>(Overrides, StoredJson.Options)!;
        var state = State != "Active" ? RowText.Kebab(State)
            : overrides.Pause is not null ? "paused"
            : overrides.Cooldown is not null ? "cooldown" : "active";
        return new RequestView(Cluster, Id, RowText.Kebab(Kind), state, ActiveDeploy, PendingDeploy, ActiveTasks, CreatedAt.Utc())
        {
            Changes = OverrideViews.Of(overrides),
            NextRunAt = NextFire.Utc(),
            CrashLoops = [.. JsonSerializer.Deserialize<List<CrashLoop>>(Loops, StoredJson.Options)!.Select(l =>
                new CrashLoopView(RowText.Kebab(l.Kind.ToString()), l.Since, l.Until))],
        };
    }
}
