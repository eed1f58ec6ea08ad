using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.Scheduler.Data.Queries;

internal sealed class PendingRow
{
    public string Cluster { get; init; } = "";
    public string TaskId { get; init; } = "";
    public string RequestId { get; init; } = "";
    public string DeployId { get; init; } = "";
    public DateTime Since { get; init; }
    public string Reason { get; init; } = "";
    public string? CommitSha { get; init; }

    public PendingView ToView() => new(Cluster, TaskId, RequestId, DeployId, Since.Utc(), Reason, CommitSha);
}

internal sealed class HealthyRow
{
    public string Cluster { get; init; } = "";
    public string RequestId { get; init; } = "";
    public string DeployId { get; init; } = "";
    public string TaskId { get; init; } = "";
    public string Address { get; init; } = "";
    public int[] Ports { get; init; } = [];
    public string? Route { get; init; }
    public string? Stage { get; init; }

    public HealthyInstance ToInstance() => new(Cluster, Stage, RequestId, DeployId, TaskId, Address, Ports[0], Route);
}
