using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Agents;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Master;

/// <summary>Holds a new offer, and records what it says about its agent.</summary>
internal sealed class OfferIntake(ClusterState state, OfferPool offers, AgentPresence presence, MaintenanceWindows maintenance)
{
    /// <summary>The precision of the time at which an agent was last seen.</summary>
    private static readonly TimeSpan SeenInterval = TimeSpan.FromMinutes(1);

    public void Take(Offer offer, DateTimeOffset now)
    {
        presence.Seen(offer.AgentId, now);
        offers.Add(offer, now);
        state.Signals.IsDue = true;
        if (offer.Unavailability is { } window)
            maintenance.Plan(offer.AgentId, window, null, now);
        else
            maintenance.Forget(offer.AgentId, now);
        SaveAgent(offer, now);
    }

    private void SaveAgent(Offer offer, DateTimeOffset now)
    {
        var rack = HeldOffer.RackOf(offer.Attributes);
        var total = Amount.Of(offer.Resources) + state.UsedOn(offer.AgentId);
        if (state.Agents.TryGetValue(offer.AgentId, out var known))
        {
            total = Amount.Max(total, known.Total);
            if (known.State == AgentState.Active && known.Total == total && known.Host == offer.Hostname && known.Address == offer.Address
                && known.Url == offer.AgentUrl && known.Rack == rack && now - known.SeenAt < SeenInterval)
                return;
        }

        state.Save(new AgentRecord(
            offer.AgentId, offer.Hostname, offer.Address, offer.AgentUrl, rack, offer.Attributes, AgentState.Active, total, now));
    }
}
