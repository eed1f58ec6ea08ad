using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Data.Queries;

internal sealed class ClusterRow
{
    public string Name { get; init; } = "";
    public string State { get; init; } = "";
    public string? Detail { get; init; }
    public string? FrameworkId { get; init; }
    public string? Master { get; init; }
    public string? MasterVersion { get; init; }
    public string? Leader { get; init; }
    public DateTime? LeaderSince { get; init; }
    public long Epoch { get; init; }
    public int Agents { get; init; }
    public int ActiveTasks { get; init; }
    public int PendingTasks { get; init; }
    public int UnreachableTasks { get; init; }
    public int ActiveDeploys { get; init; }
    public string? Reconciliation { get; init; }

    public ClusterView ToView() => new(
        Name, RowText.Kebab(State), Detail, FrameworkId, Master, MasterVersion, Leader, LeaderSince.Utc(), Epoch,
        Agents, ActiveTasks, PendingTasks, UnreachableTasks, ActiveDeploys)
    {
        Reconciliation = Reconciliation is null ? null : ViewOf(JsonSerializer.Deserialize<Reconciliation>(Reconciliation,
            StoredJson.Options)!),
    };

    private static ReconciliationView ViewOf(Reconciliation r) => new(r.Until is null ? "running" : "done", r.Since, r.Until, r.Tasks);
}
