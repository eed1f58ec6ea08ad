using Pipeline.Kernel.Events;

namespace Pipeline.LoadBalancers.Contract;

/// <summary>A deployable took a route that nobody had.</summary>
public sealed record RouteClaimed(string Stage, string Route, string Deployable) : JournalEvent;

/// <summary>A route passed from one deployable to another.</summary>
/// <param name="From">The owner before; null when only a route above or below it had one.</param>
/// <param name="Reason">Why; an operator gives it.</param>
public sealed record RouteTransferred(string Stage, string Route, string Deployable, string? From, string Reason) : JournalEvent;

/// <summary>A route has no owner any more: the next release that names it takes it.</summary>
/// <param name="Deployable">The owner before.</param>
public sealed record RouteReleased(string Stage, string Route, string Deployable, string Reason) : JournalEvent;

/// <summary>The kinds of events that this slice appends. The names are stored: never rename one.</summary>
public static class RouteEventKinds
{
    /// <summary>Every kind, as the slice registers it.</summary>
    public static IReadOnlyList<EventKind> All { get; } =
    [
        EventKind.Of<RouteClaimed>("route.claimed"),
        EventKind.Of<RouteTransferred>("route.transferred"),
        EventKind.Of<RouteReleased>("route.released"),
    ];
}
