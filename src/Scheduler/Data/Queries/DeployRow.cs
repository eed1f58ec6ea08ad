using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Data.Queries;

internal sealed class DeployRow
{
    public string Cluster { get; init; } = "";
    public string Id { get; init; } = "";
    public string RequestId { get; init; } = "";
    public string Kind { get; init; } = "";
    public string State { get; init; } = "";
    public int Instances { get; init; }
    public int HealthyInstances { get; init; }
    public int Crashes { get; init; }
    public string? FailureClass { get; init; }
    public string? Reason { get; init; }
    public string? CommitSha { get; init; }
    public string? Route { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime? EndedAt { get; init; }
    public string? Parent { get; init; }
    public string? Progress { get; init; }
    public string? Failure { get; init; }
    public string? RolloutSpec { get; init; }

    public DeployView ToView() => new(
        Cluster, Id, RequestId, Kind, RowText.Kebab(State), Instances, HealthyInstances, Crashes,
        FailureClass is null ? null : RowText.Kebab(FailureClass), Reason, CommitSha, Route, CreatedAt.Utc(), EndedAt.Utc())
    {
        Failure = Failure is null ? null : RowText.Kebab(Failure),
        Parent = Parent,
        Rollout = RolloutOf(),
    };

    private RolloutView? RolloutOf()
    {
        if (Progress is null || RolloutSpec is null)
            return null;
        var progress = JsonSerializer.Deserialize<RolloutProgress>(Progress, StoredJson.Options)!;
        var rollout = JsonSerializer.Deserialize<Rollout>(RolloutSpec, StoredJson.Options)!;
        return rollout.IsIncremental || rollout.Acceptance != Acceptance.Automatic
            ? new RolloutView(progress.Step + 1, rollout.Groups.Count + 1, progress.Proven, progress.HealthyAt,
                RowText.Kebab(rollout.Acceptance.ToString()), progress.Failures)
            : null;
    }
}
