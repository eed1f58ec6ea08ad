using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Agents;
using Pipeline.Scheduler.Core.Offers;

namespace Pipeline.Scheduler.Core.Master;

/// <summary>Dispatches the events of the master.</summary>
internal sealed class MasterEvents(
    Subscription subscription, OfferIntake intake, OfferPool offers, MaintenanceWindows maintenance, TaskUpdates updates)
{
    public void Handle(MasterEvent said, DateTimeOffset now)
    {
        switch (said)
        {
            case Subscribed subscribed:
                subscription.Began(subscribed, now);
                break;
            case OffersReceived received:
                foreach (var offer in received.Offers)
                    intake.Take(offer, now);
                break;
            case OfferRescinded rescinded:
                offers.Remove(rescinded.OfferId);
                break;
            case InverseOffersReceived inverse:
                maintenance.Handle(inverse.Offers, now);
                break;
            case InverseOfferRescinded rescinded:
                maintenance.Rescinded(rescinded.OfferId, now);
                break;
            case TaskUpdated updated:
                updates.Handle(updated.Status, now);
                break;
            case AgentRemoved removed:
                updates.AgentRemoved(removed.AgentId, now);
                break;
            case Disconnected gone:
                subscription.Broke(gone.Reason);
                break;
            case SubscriptionEnded ended:
                subscription.Ended(ended);
                if (ended.End == SubscriptionEnd.FrameworkRemoved)
                    updates.FrameworkRemoved(now);
                break;
        }
    }
}
