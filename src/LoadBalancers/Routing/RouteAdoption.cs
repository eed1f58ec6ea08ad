using Pipeline.Kernel;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Data;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Routes;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.LoadBalancers.Routing;

/// <summary>Owners of the routes that run. What runs with a route that nobody has, as after an upgrade from a server that recorded no
/// owners, takes it: who had it first.</summary>
internal sealed class RouteAdoption(RouteStore store, RouteClaims claims, SchedulerQueries scheduler)
{
    private static readonly Actor Adopter = Actor.System("load-balancers");

    /// <summary>Of every stage and route.</summary>
    public async Task<IReadOnlyList<RouteOwner>> OwnersAsync(IReadOnlyList<HealthyInstance> instances, CancellationToken ct)
    {
        var owners = await store.AllAsync(ct);
        var owned = owners.Select(o => (o.Stage, o.Route)).ToHashSet();
        var free = instances.Where(i => CanOwn(i) && !owned.Contains((i.Stage!, RoutePath.Normalize(i.Route!))))
            .Select(i => i.Stage!).ToHashSet(StringComparer.Ordinal);
        foreach (var stage in free)
            await claims.AdoptAsync(stage, scheduler.ServiceDeploysAsync, Adopter, ct);
        return free.Count == 0 ? owners : await store.AllAsync(ct);
    }

    private static bool CanOwn(HealthyInstance i) => i is { Stage: not null, Route: not null, Repository: not null, Deployable: not null }
        && RoutePath.IsLiteral(RoutePath.Normalize(i.Route));
}
