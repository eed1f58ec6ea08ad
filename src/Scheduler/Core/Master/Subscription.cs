using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Master;

/// <summary>The state of the subscription: subscribed, disconnected, or ended until a person decides.</summary>
internal sealed class Subscription(
    ClusterState state, ClusterJournal journal, OfferPool offers, OfferDemand demand, Reconciler reconciler, Kills kills)
{
    public void Began(Subscribed subscribed, DateTimeOffset now)
    {
        var known = state.Framework.FrameworkId;
        // The id is durable before any call of this step is sent.
        Invariant.Require(known is null || known == subscribed.FrameworkId);
        state.Save(state.Framework with
        {
            FrameworkId = subscribed.FrameworkId, State = FrameworkState.Subscribed, Detail = null, Master = subscribed.MasterAddress,
            MasterVersion = subscribed.MasterVersion,
        });
        journal.Cluster($"subscribed to master {subscribed.MasterAddress} as {subscribed.FrameworkId}");
        DropOffers();
        demand.Reset();
        reconciler.StartWithSubscription(now);
        kills.SendAll(now);
    }

    public void Broke(string reason)
    {
        DropOffers();
        if (state.Framework.State == FrameworkState.Subscribed)
            journal.Cluster($"disconnected: {reason}");
        if (state.Framework.State != FrameworkState.Disconnected || state.Framework.Detail != reason)
            state.Save(state.Framework with { State = FrameworkState.Disconnected, Detail = reason });
    }

    public void Ended(SubscriptionEnded ended)
    {
        DropOffers();
        var (reached, word) = ended.End switch
        {
            SubscriptionEnd.FailedOver =>
                (FrameworkState.FailedOver, "another scheduler took over the framework; this one waits until a person decides"),
            SubscriptionEnd.FrameworkRemoved =>
                (FrameworkState.Removed, "the master removed the framework; nothing is started until a person decides"),
            SubscriptionEnd.Unauthorized => (FrameworkState.Unauthorized, "the master rejects the principal or secret"),
            SubscriptionEnd.Refused => (FrameworkState.Refused, "the master rejects the framework"),
        };
        state.Save(state.Framework with { State = reached, Detail = ended.Reason });
        journal.Cluster($"{word}: {ended.Reason}");
    }

    // Offers are only valid within their subscription.
    private void DropOffers()
    {
        offers.Clear();
        state.Signals.IsDue = true;
    }
}
