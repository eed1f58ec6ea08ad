using Pipeline.LoadBalancers.Contract;
using Pipeline.Scheduler.Contract.Routes;

namespace Pipeline.LoadBalancers.Core;

/// <summary>Who may have which route of a stage. Pure.</summary>
internal static class RoutePlanner
{
    /// <summary>The wanted routes that the release cannot have: another repository has the same or one above or below it, or two
    /// deployables of the release want the same. <c>/</c> stands above nothing: it gets what no other route names.</summary>
    /// <param name="owners">All of the stage.</param>
    /// <remarks>A repository may put one of its routes below another of its own. Who has exactly the wanted route keeps it, whatever is
    /// above or below: an operator can so divide a path.</remarks>
    public static IReadOnlyList<RouteConflict> Conflicts(WantedRoutes wanted, IReadOnlyList<RouteOwner> owners) =>
        [.. wanted.Routes.Select(route => Conflict(route, wanted, owners)).OfType<RouteConflict>()];

    /// <summary>The wanted routes that nobody has, one deployable each.</summary>
    public static IReadOnlyList<WantedRoute> Unowned(WantedRoutes wanted, IReadOnlyList<RouteOwner> owners) =>
        [.. ByRoute(wanted).Where(g => Exact(g.Key, owners) is null).Select(First)];

    /// <summary>Routes of the repository whose owner no longer names them, with the deployable of the release that does.</summary>
    public static IReadOnlyList<WantedRoute> Inherited(WantedRoutes wanted, IReadOnlyList<RouteOwner> owners) =>
        [.. ByRoute(wanted).Where(g => Exact(g.Key, owners) is { } owner && owner.Repository == wanted.Repository
            && g.All(route => route.Deployable != owner.Deployable)).Select(First)];

    private static RouteConflict? Conflict(WantedRoute route, WantedRoutes wanted, IReadOnlyList<RouteOwner> owners)
    {
        var path = RoutePath.Normalize(route.Route);
        var owner = Exact(path, owners);
        if (owner is not null && owner.Repository != wanted.Repository)
            return new RouteConflict(route, owner.Route, owner.Repository, owner.Deployable);
        if (Keeper(path, owner, wanted) is { } keeper && keeper != route.Deployable)
            return new RouteConflict(route, path, wanted.Repository, keeper);
        if (owner is not null)
            return null;
        return owners.FirstOrDefault(o => o.Repository != wanted.Repository && RoutePath.Overlap(o.Route, path)) is { } near
            ? new RouteConflict(route, near.Route, near.Repository, near.Deployable)
            : null;
    }

    // Of several deployables of one release with one route: the owner, else the first by name.
    private static string? Keeper(string path, RouteOwner? owner, WantedRoutes wanted)
    {
        var named = ByRoute(wanted).Single(g => g.Key == path);
        return named.Any(r => r.Deployable == owner?.Deployable) ? owner?.Deployable : First(named).Deployable;
    }

    private static RouteOwner? Exact(string path, IReadOnlyList<RouteOwner> owners) => owners.FirstOrDefault(o => o.Route == path);

    private static IEnumerable<IGrouping<string, WantedRoute>> ByRoute(WantedRoutes wanted) =>
        wanted.Routes.GroupBy(r => RoutePath.Normalize(r.Route));

    private static WantedRoute First(IEnumerable<WantedRoute> routes) => routes.MinBy(r => r.Deployable, StringComparer.Ordinal)!;
}
