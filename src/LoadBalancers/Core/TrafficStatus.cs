using Pipeline.LoadBalancers.Contract;
using Pipeline.Scheduler.Contract.Routes;

namespace Pipeline.LoadBalancers.Core;

/// <summary>A route that the proxy has instances for.</summary>
internal sealed record ServedRoute(string Deployable, Uri? Url, int Instances);

/// <summary>Whether something answers, and why not. Pure.</summary>
internal static class TrafficStatus
{
    /// <summary>A route as its owner has it.</summary>
    public static TrafficRoute Of(RouteOwner o, IReadOnlyDictionary<(string Stage, string Route), ServedRoute> served)
    {
        var now = served.GetValueOrDefault((o.Stage, o.Route));
        return new TrafficRoute(
            o.Deployable, o.Stage, o.Route, o.Repository, now?.Url, now?.Instances ?? 0, o.Since, o.By,
            now is null ? $"No instance of {o.Deployable} in {o.Stage} is healthy with this route." : null);
    }

    /// <summary>A service that runs.</summary>
    /// <param name="s">With a stage and a deployable.</param>
    public static ServiceTraffic Of(
        ServiceDeploy s, IReadOnlyList<RouteOwner> owners, IReadOnlyDictionary<(string Stage, string Route), ServedRoute> served)
    {
        var path = s.Route is null ? null : RoutePath.Normalize(s.Route);
        var owner = owners.FirstOrDefault(o => o.Stage == s.Stage && o.Route == path);
        var problem = Problem(s, path, owner);
        var now = problem is null ? served.GetValueOrDefault((s.Stage!, path!)) : null;
        if (problem is null && now is null)
            problem = $"Gets no traffic at {path}: no instance is healthy.";
        return new ServiceTraffic(s.Deployable!, s.Stage!, s.Route, now?.Url, now?.Instances ?? 0, problem)
        {
            Cluster = s.Cluster, RequestId = s.RequestId,
        };
    }

    private static string? Problem(ServiceDeploy s, string? path, RouteOwner? owner)
    {
        if (path is null)
            return "Gets no traffic: it has no route.";
        if (!RoutePath.IsLiteral(path))
            return $"Gets no traffic: '{s.Route}' cannot be a route. {RoutePath.Rule}";
        if (owner is null)
            return $"Gets no traffic at {path}: nobody has this route yet.";
        return owner.Repository == s.Repository && owner.Deployable == s.Deployable ? null
            : $"Gets no traffic at {path}: {owner.Deployable} has this route in {s.Stage}. "
                + "Name another one in .pipeline.yaml, or have an operator transfer it.";
    }
}
