namespace Pipeline.Scheduler.Contract;

/// <summary>How the loop that leads a cluster stands; known to the server that leads only. Ages and lags in seconds.</summary>
/// <param name="At">After which step.</param>
/// <param name="ReconcileAgeSeconds">Since the master was last asked what it knows of tasks.</param>
/// <param name="UpdateLagSeconds">The worst of the last minute or two: from an agent's update, by its clock, to hearing it. Null: there was none.</param>
/// <param name="AcknowledgementLagSeconds">The same, from hearing an update to its commit and acknowledgement.</param>
/// <param name="OldestOfferSeconds">How long the oldest offer is held.</param>
/// <param name="OldestPendingSeconds">How long the oldest task waits for a place.</param>
/// <param name="Queue">Heard and not looked at yet.</param>
/// <param name="CallsWaiting">Calls to the master that wait to be sent.</param>
/// <param name="Declined">Offers given back in this term, by reason.</param>
public sealed record LoopView(
    string Cluster, DateTimeOffset At, double ReconcileAgeSeconds, double? UpdateLagSeconds, double? AcknowledgementLagSeconds, int OffersHeld,
    double OldestOfferSeconds, double OldestPendingSeconds, int Queue, int CallsWaiting, IReadOnlyList<DeclineCountView> Declined);

/// <param name="Reason">As in <see cref="DeclinedOfferView"/>.</param>
public sealed record DeclineCountView(string Reason, long Offers);

/// <summary>An offer that was given back; the last 100 are kept.</summary>
/// <param name="Reason"><c>nothing-waits</c>, <c>nothing-fits</c>, <c>agent-withheld</c>, <c>other-role</c>.</param>
/// <param name="Words">The reason in words.</param>
/// <param name="RefusedForSeconds">The master offers it to others for so long, unless more of it becomes free.</param>
public sealed record DeclinedOfferView(
    string Cluster, string Id, string AgentId, string Host, string Rack, ResourcesView Resources, int Ports, DateTimeOffset Since, DateTimeOffset At,
    string Reason, string Words, double RefusedForSeconds);
