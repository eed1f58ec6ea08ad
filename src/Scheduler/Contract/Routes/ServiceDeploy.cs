using Pipeline.Kernel;

namespace Pipeline.Scheduler.Contract.Routes;

/// <summary>A deploy of a service that runs or is being rolled out.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Id">The deploy's id.</param>
/// <param name="RequestId">The request that it belongs to.</param>
/// <param name="Stage">From the subject of the deploy, as are the repository and the deployable; null: submitted without.</param>
/// <param name="Repository">Whose service it is.</param>
/// <param name="Deployable">The service's name in its repository.</param>
/// <param name="Route">The path that traffic comes by; null: none.</param>
/// <param name="IsActive">False while it is being rolled out.</param>
/// <param name="RouteSince">When the first deploy of the service with this route was submitted.</param>
public sealed record ServiceDeploy(
    string Cluster, string Id, string RequestId, string? Stage, RepositoryId? Repository, string? Deployable, string? Route,
    bool IsActive, DateTimeOffset RouteSince);
