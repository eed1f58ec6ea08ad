using Pipeline.Kernel;

namespace Pipeline.LoadBalancers.Contract;

/// <summary>Who has a route of a stage: its traffic goes to the instances of this deployable and of no other.</summary>
/// <param name="Route">In the form of <c>RoutePath.Normalize</c>.</param>
/// <param name="Repository">Of the deployable.</param>
/// <param name="By">Who took the route for it: <c>person:maria</c>, <c>system:deploy-stages</c>.</param>
public sealed record RouteOwner(
    string Stage, string Route, RepositoryId Repository, string Deployable, DateTimeOffset Since, string By);

/// <summary>A route as a deployable of a release names it.</summary>
public sealed record WantedRoute(string Deployable, string Route);

/// <summary>The routes that a release needs in a stage.</summary>
/// <param name="Repository">Of the release.</param>
public sealed record WantedRoutes(string Stage, RepositoryId Repository, IReadOnlyList<WantedRoute> Routes);

/// <summary>A wanted route that another deployable has.</summary>
/// <param name="Taken">The other's route: the same, or one above or below it.</param>
/// <param name="Repository">Of the owner.</param>
/// <param name="Owner">The deployable that has it.</param>
public sealed record RouteConflict(WantedRoute Wanted, string Taken, RepositoryId Repository, string Owner);
