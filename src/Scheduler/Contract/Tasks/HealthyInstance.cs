using Pipeline.Kernel;

namespace Pipeline.Scheduler.Contract.Tasks;

/// <summary>A healthy instance that may receive traffic.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Stage">From the subject of its deploy: several stages may share a cluster.</param>
/// <param name="RequestId">The request that it belongs to.</param>
/// <param name="DeployId">The deploy or run that it belongs to.</param>
/// <param name="TaskId">The task's id.</param>
/// <param name="Host">The agent's host.</param>
/// <param name="Port">Its port.</param>
/// <param name="Route">The path that traffic comes by; null: none.</param>
public sealed record HealthyInstance(
    string Cluster, string? Stage, string RequestId, string DeployId, string TaskId, string Host, int Port, string? Route)
{
    /// <summary>Whose service it is; null: its deploy was submitted without a repository.</summary>
    public RepositoryId? Repository { get; init; }

    /// <summary>The service's name in its repository; null: as for the repository.</summary>
    public string? Deployable { get; init; }
}
