using Pipeline.Kernel;

namespace Pipeline.LoadBalancers.Contract;

/// <summary>The repositories that a route can be given to. Whoever has them adds this to the services; without it any id is taken.
/// </summary>
/// <param name="exists">Whether there is one with the id.</param>
public sealed class KnownRepositories(Func<RepositoryId, CancellationToken, Task<bool>> exists)
{
    /// <summary>Whether there is one with the id.</summary>
    public Task<bool> HasAsync(RepositoryId id, CancellationToken ct) => exists(id, ct);
}
