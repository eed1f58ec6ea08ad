using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Monitoring;

/// <summary>The status of a loop after a step, from what its machine holds.</summary>
internal static class LoopStatusViews
{
    public static LoopStatus Of(string cluster, ClusterMachine machine, LoopGauges gauges)
    {
        var held = machine.Held.ToArray();
        var declined = machine.Declines.Latest;
        return new LoopStatus(
            () => [.. held.Select(h => Offer(cluster, h))],
            () => [.. declined.Reverse().Select(d => Declined(cluster, d))],
            () => Loop(cluster, machine, gauges));
    }

    private static OfferView Offer(string cluster, HeldOffer h) => new(
        cluster, h.Offer.Id, h.Offer.AgentId, h.Offer.Hostname, h.Rack, Resources(h), Ports(h), h.Since);

    private static DeclinedOfferView Declined(string cluster, DeclinedOffer d) => new(
        cluster, d.Offer.Offer.Id, d.Offer.Offer.AgentId, d.Offer.Offer.Hostname, d.Offer.Rack, Resources(d.Offer), Ports(d.Offer),
            d.Offer.Since,
        d.At, RowText.Kebab(d.Reason.ToString()), Description(d), d.Refuse.TotalSeconds);

    // The counts are read while the loop may add to them: numbers only, and whole ones.
    private static LoopView Loop(string cluster, ClusterMachine machine, LoopGauges g) => new(
        cluster, g.At, g.SinceReconcile, g.UpdateLag?.TotalSeconds, g.AcknowledgementLag?.TotalSeconds, g.OffersHeld, g.OldestOffer,
            g.OldestPending,
        g.Queue, g.EffectsQueue,
        [
            .. Enum.GetValues<DeclineReason>().Select(r => new DeclineCountView(RowText.Kebab(r.ToString()), machine.Declines.CountOf(r)))
                .Where(c => c.Offers > 0),
        ]);

    private static string Description(DeclinedOffer d) => d.Reason switch
    {
        DeclineReason.OtherRole => $"offered to the role {d.Offer.Offer.Role}, which is not ours",
        DeclineReason.AgentWithheld => "its agent or rack takes no new tasks: frozen, draining or decommissioned",
        DeclineReason.NothingFits => "no pending task fits on it",
        DeclineReason.NothingWaits => "no task is pending",
    };

    private static ResourcesView Resources(HeldOffer h) => new(h.Offer.Resources.Cpus, h.Offer.Resources.MemoryMb,
        h.Offer.Resources.DiskMb);

    private static int Ports(HeldOffer h) => h.Offer.Resources.Ports.Sum(p => p.To - p.From + 1);
}
