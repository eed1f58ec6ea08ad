using Pipeline.Kernel;

namespace Pipeline.LoadBalancers.Contract;

/// <summary>A route with its owner, and what answers there now.</summary>
/// <param name="Deployable">Who has the route.</param>
/// <param name="Repository">Of the deployable.</param>
/// <param name="Url">The address that people open: of the traffic's own origin, never the server's. Null: nothing is served.</param>
/// <param name="Instances">How many instances get its traffic.</param>
/// <param name="Since">Since when the deployable has the route.</param>
/// <param name="By">Who took it for the deployable.</param>
/// <param name="Problem">Why nothing answers there, as a sentence; null when something does.</param>
public sealed record TrafficRoute(
    string Deployable, string Stage, string Route, RepositoryId Repository, Uri? Url, int Instances, DateTimeOffset Since, string By,
    string? Problem);

/// <summary>Whether a service that runs gets traffic.</summary>
/// <param name="Route">As its definition names it; null: it has none.</param>
/// <param name="Url">Where its instances answer; null: nowhere.</param>
/// <param name="Instances">How many instances get traffic.</param>
/// <param name="Problem">Why it gets none, as a sentence; null when it does.</param>
public sealed record ServiceTraffic(string Deployable, string Stage, string? Route, Uri? Url, int Instances, string? Problem)
{
    /// <summary>The cluster that it runs in.</summary>
    public required string Cluster { get; init; }

    /// <summary>Its request there.</summary>
    public required string RequestId { get; init; }
}
