using Microsoft.Extensions.Options;
using Pipeline.LoadBalancers.Core;
using Pipeline.LoadBalancers.Data;
using Pipeline.Scheduler.Contract;
using Yarp.ReverseProxy.Configuration;

namespace Pipeline.LoadBalancers.Contract.Queries;

/// <summary>Reads who has which route, which applications are served, and where.</summary>
public sealed class TrafficQueries
{
    private readonly IProxyConfigProvider proxy;
    private readonly RouteStore store;
    private readonly SchedulerQueries scheduler;
    private readonly Uri? origin;

    internal TrafficQueries(
        IProxyConfigProvider proxy, RouteStore store, SchedulerQueries scheduler, IOptions<LoadBalancersOptions> options,
        IConfiguration configuration) =>
        (this.proxy, this.store, this.scheduler, origin) =
        (proxy, store, scheduler, TrafficUrl.Of(options.Value, configuration["PublicUrl"]));

    /// <summary>Every route that has an owner, by stage and route.</summary>
    public async Task<IReadOnlyList<TrafficRoute>> ListAsync(CancellationToken ct)
    {
        var served = Served();
        return [.. (await store.AllAsync(ct)).Select(o => TrafficStatus.Of(o, served))];
    }

    /// <summary>Every service that runs, and whether it gets traffic.</summary>
    public async Task<IReadOnlyList<ServiceTraffic>> ServicesAsync(CancellationToken ct)
    {
        var served = Served();
        var owners = await store.AllAsync(ct);
        var services = await scheduler.ServiceDeploysAsync(ct);
        return [.. services.Where(s => s is { Stage: not null, Deployable: not null })
            .GroupBy(s => (s.Stage, s.Deployable)).Select(g => g.OrderByDescending(s => s.IsActive).First())
            .Select(s => TrafficStatus.Of(s, owners, served))];
    }

    /// <summary>What a release would have to wait for in a stage; empty when its routes are free or its own.</summary>
    public async Task<IReadOnlyList<RouteConflict>> ConflictsAsync(WantedRoutes wanted, CancellationToken ct) =>
        wanted.Routes.Count == 0 ? [] : RoutePlanner.Conflicts(wanted, await store.OfStageAsync(wanted.Stage, ct));

    private IReadOnlyDictionary<(string Stage, string Route), ServedRoute> Served()
    {
        var config = proxy.GetConfig();
        var instances = config.Clusters.ToDictionary(c => c.ClusterId, c => c.Destinations?.Count ?? 0);
        return config.Routes.Where(r => instances[r.ClusterId!] > 0).ToDictionary(
            r => (r.Metadata![ProxyPlanner.Stage], r.Metadata[ProxyPlanner.Route]),
            r => new ServedRoute(
                r.Metadata![ProxyPlanner.Deployable], origin is null ? null : new Uri(origin, $"{r.Metadata[ProxyPlanner.Prefix]}/"),
                instances[r.ClusterId!]));
    }
}
