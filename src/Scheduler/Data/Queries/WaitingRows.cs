using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Routes;
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

    public Guid? Repository { get; init; }
    public string? Deployable { get; init; }

    public HealthyInstance ToInstance() => new(Cluster, Stage, RequestId, DeployId, TaskId, Address, Ports[0], Route)
    {
        Repository = Repository is { } id ? new RepositoryId(id) : null, Deployable = Deployable,
    };
}

internal sealed class ServiceRow
{
    public string Cluster { get; init; } = "";
    public string Id { get; init; } = "";
    public string RequestId { get; init; } = "";
    public string? Stage { get; init; }
    public Guid? Repository { get; init; }
    public string? Deployable { get; init; }
    public string? Route { get; init; }
    public bool IsActive { get; init; }
    public DateTime RouteSince { get; init; }

    public ServiceDeploy ToDeploy() => new(
        Cluster, Id, RequestId, Stage, Repository is { } id ? new RepositoryId(id) : null, Deployable, Route, IsActive, RouteSince.Utc());
}
