namespace Pipeline.Scheduler.Contract.Views;

/// <summary>How the loop that leads a cluster stands; known to the server that leads only. Ages and lags in seconds.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="At">After which step.</param>
/// <param name="ReconcileAgeSeconds">Since the last reconciliation request to the master.</param>
/// <param name="UpdateLagSeconds">The maximum of the last minute or two: from an agent's update, by its clock, to receiving it. Null:
/// there was none.</param>
/// <param name="AcknowledgementLagSeconds">The same, from receiving an update to its commit and acknowledgement.</param>
/// <param name="OffersHeld">Offers held now.</param>
/// <param name="OldestOfferSeconds">How long the oldest offer is held.</param>
/// <param name="OldestPendingSeconds">How long the oldest task waits for a place.</param>
/// <param name="Queue">Inputs received and not handled yet.</param>
/// <param name="CallsWaiting">Calls to the master that wait to be sent.</param>
/// <param name="Declined">Offers given back in this term, by reason.</param>
public sealed record LoopView(
    string Cluster, DateTimeOffset At, double ReconcileAgeSeconds, double? UpdateLagSeconds, double? AcknowledgementLagSeconds,
        int OffersHeld,
    double OldestOfferSeconds, double OldestPendingSeconds, int Queue, int CallsWaiting, IReadOnlyList<DeclineCountView> Declined);
