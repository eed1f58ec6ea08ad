using Pipeline.Scheduler.Contract.Tasks;
using Yarp.ReverseProxy.Configuration;

namespace Pipeline.LoadBalancers.Core;

/// <summary>What the proxy is configured with, from the instances that are healthy.</summary>
/// <param name="Routes">One for each stage and route that has a healthy instance.</param>
/// <param name="Clusters">The instances behind each route.</param>
internal sealed record ProxyConfig(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters);

/// <summary><c>/apps/&lt;stage&gt;/&lt;route&gt;/…</c> goes to the healthy instances, round robin, with the prefix taken off.</summary>
internal static class ProxyPlanner
{
    /// <summary>One route and one cluster for each stage and route that has a healthy instance.</summary>
    public static ProxyConfig Plan(IEnumerable<HealthyInstance> instances)
    {
        var routes = new List<RouteConfig>();
        var clusters = new List<ClusterConfig>();
        var served = instances.Where(i => i is { Route: not null, Stage: not null }).GroupBy(i => (i.Stage, Route: i.Route!.Trim('/')));
        foreach (var group in served)
        {
            var id = $"{group.Key.Stage}/{group.Key.Route}";
            var prefix = $"/apps/{id}".TrimEnd('/');
            routes.Add(new RouteConfig
            {
                RouteId = id,
                ClusterId = id,
                Match = new RouteMatch { Path = $"{prefix}/{{**rest}}" },
                Transforms = [new Dictionary<string, string> { ["PathRemovePrefix"] = prefix }],
            });
            clusters.Add(new ClusterConfig
            {
                ClusterId = id,
                LoadBalancingPolicy = "RoundRobin",
                Destinations = group.ToDictionary(i => i.TaskId, i => new DestinationConfig { Address = $"http://{i.Host}:{i.Port}/" }),
            });
        }

        return new ProxyConfig(routes, clusters);
    }
}
