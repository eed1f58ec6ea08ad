using Pipeline.LoadBalancers.Contract;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Pages.Stages;

/// <summary>Routes with their owners.</summary>
public sealed record RoutesModel(IReadOnlyList<RouteRow> Rows);

/// <summary>A route of a stage.</summary>
/// <param name="Repository">The full name of the owner's repository; null: it is not known any more.</param>
/// <param name="Claims">Releases that wait for the route, or for one above or below it.</param>
public sealed record RouteRow(TrafficRoute Route, string? Repository, IReadOnlyList<RouteClaim> Claims);
