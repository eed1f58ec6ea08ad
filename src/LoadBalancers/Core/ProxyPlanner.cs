using Pipeline.LoadBalancers.Contract;
using Pipeline.Scheduler.Contract.Routes;
using Pipeline.Scheduler.Contract.Tasks;
using Yarp.ReverseProxy.Configuration;

namespace Pipeline.LoadBalancers.Core;

/// <summary>What the proxy is configured with, from the instances that are healthy.</summary>
/// <param name="Routes">One for each stage and route whose owner has a healthy instance, or would else be answered by another.</param>
/// <param name="Clusters">The instances behind each route; none: it is answered with 503.</param>
/// <param name="Refused">Instances with a route that no router can have, as a definition of an older server may name: they get no
/// traffic, and all others theirs.</param>
internal sealed record ProxyConfig(
    IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters, IReadOnlyList<HealthyInstance> Refused);

/// <summary><c>/apps/&lt;stage&gt;/&lt;route&gt;/…</c> goes to the healthy instances of the route's owner, round robin, with the prefix
/// taken off.</summary>
internal static class ProxyPlanner
{
    /// <summary>Key of a route's metadata: the path that is taken off before an application sees it.</summary>
    public const string Prefix = "prefix";

    /// <summary>Key of a route's metadata: as its owner has it.</summary>
    public const string Route = "route";

    /// <summary>Key of a route's metadata: whose instances are behind it.</summary>
    public const string Deployable = "deployable";

    /// <summary>Key of a route's metadata: where they run.</summary>
    public const string Stage = "stage";

    /// <summary>One route and one cluster for each stage and route whose owner has a healthy instance. Instances of anybody else get
    /// nothing, whatever route they name.</summary>
    public static ProxyConfig Plan(IEnumerable<HealthyInstance> instances, IReadOnlyList<RouteOwner> owners)
    {
        var routed = instances.Where(i => i is { Route: not null, Stage: not null }).ToList();
        var behind = routed.Where(IsServed).ToLookup(i => (i.Stage!, RoutePath.Normalize(i.Route!)));
        // To the router stages know no case either: of two that differ in case only, the first has the path.
        var owned = owners.Where(o => RoutePath.IsLiteral(o.Route))
            .Select(o => (Owner: o, Instances: behind[(o.Stage, o.Route)].Where(i => IsOf(o, i)).ToList())).ToList();
        var up = owned.Where(s => s.Instances.Count > 0).Select(s => s.Owner).ToList();
        // What is sent to an owner who has no instance now is for nobody else, whatever the others' routes take.
        var served = owned.Where(s => s.Instances.Count > 0 || up.Exists(o => IsBelow(s.Owner, o)))
            .OrderByDescending(s => s.Instances.Count > 0).DistinctBy(s => Prefixed(s.Owner), StringComparer.OrdinalIgnoreCase).ToList();
        return new ProxyConfig(
            [.. served.Select(s => RouteOf(s.Owner))], [.. served.Select(s => ClusterOf(s.Owner, s.Instances))],
            [.. routed.Where(i => !IsServed(i))]);
    }

    private static RouteConfig RouteOf(RouteOwner owner) => new()
    {
        RouteId = IdOf(owner),
        ClusterId = IdOf(owner),
        Match = new RouteMatch { Path = $"{Prefixed(owner)}/{{**rest}}" },
        Metadata = new Dictionary<string, string>
        {
            [Prefix] = Prefixed(owner), [Route] = owner.Route, [Deployable] = owner.Deployable, [Stage] = owner.Stage,
        },
        Transforms = [new Dictionary<string, string> { ["PathRemovePrefix"] = Prefixed(owner) }],
    };

    private static ClusterConfig ClusterOf(RouteOwner owner, IEnumerable<HealthyInstance> instances) => new()
    {
        ClusterId = IdOf(owner),
        LoadBalancingPolicy = "RoundRobin",
        Destinations = instances.ToDictionary(i => i.TaskId, i => new DestinationConfig { Address = $"http://{i.Host}:{i.Port}/" }),
    };

    private static string IdOf(RouteOwner owner) => $"{owner.Stage}{owner.Route}";

    private static string Prefixed(RouteOwner owner) => $"/apps/{IdOf(owner)}".TrimEnd('/');

    private static bool IsBelow(RouteOwner owner, RouteOwner above) =>
        owner.Stage == above.Stage && RoutePath.IsBelow(owner.Route, above.Route);

    private static bool IsOf(RouteOwner owner, HealthyInstance instance) =>
        instance.Repository == owner.Repository && instance.Deployable == owner.Deployable;

    private static bool IsServed(HealthyInstance instance) => RoutePath.IsLiteral($"/{instance.Route!.TrimStart('/')}");
}
