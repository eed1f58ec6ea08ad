namespace Pipeline.Scheduler.Contract.Views;

/// <summary>An offer that the scheduler holds at this moment; shown by the server that leads the cluster only.</summary>
public sealed record OfferView(string Cluster, string Id, string AgentId, string Host, string Rack, ResourcesView Resources, int Ports,
    DateTimeOffset Since);

/// <summary>An offer that was given back; the last 100 are kept.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Id">Its id.</param>
/// <param name="AgentId">The agent's id.</param>
/// <param name="Host">The agent's host.</param>
/// <param name="Rack">The agent's rack.</param>
/// <param name="Resources">What it has.</param>
/// <param name="Ports">Its ports.</param>
/// <param name="Since">Since when.</param>
/// <param name="At">When.</param>
/// <param name="Reason"><c>nothing-waits</c>, <c>nothing-fits</c>, <c>agent-withheld</c>, <c>other-role</c>.</param>
/// <param name="Words">The reason in words.</param>
/// <param name="RefusedForSeconds">The master offers it to others for so long, unless more of it becomes free.</param>
public sealed record DeclinedOfferView(
    string Cluster, string Id, string AgentId, string Host, string Rack, ResourcesView Resources, int Ports, DateTimeOffset Since,
        DateTimeOffset At,
    string Reason, string Words, double RefusedForSeconds);

/// <param name="Reason">As in <see cref="DeclinedOfferView"/>.</param>
/// <param name="Offers">How many offers.</param>
public sealed record DeclineCountView(string Reason, long Offers);
