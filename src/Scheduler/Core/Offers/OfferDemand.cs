using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Offers;

/// <summary>Revives offers while work waits; with nothing to launch no offer is held and the role is
/// suppressed.</summary>
internal sealed class OfferDemand(ClusterState state, CoreSettings settings, OfferPool offers)
{
    /// <summary>Null: neither suppressed nor revived since the subscription began.</summary>
    private bool? suppressed;
    private DateTimeOffset? revivedAt;
    private TimeSpan patience = settings.ReviveRetry;

    public bool IsAsking => suppressed == false;

    /// <summary>The subscription is new.</summary>
    public void Reset() => suppressed = null;

    public void Ask(DateTimeOffset now)
    {
        if (!IsAsking || (state.Signals.WantsRevive && offers.Held.Count == 0))
            Revive(now);
        else if (offers.Held.Count == 0)
            ReviveAgain(now);
        offers.DeclineStale(now);
    }

    public void GoQuiet(DateTimeOffset now)
    {
        state.Signals.WantsRevive = false;
        offers.DeclineAll(now);
        if (suppressed == true)
            return;
        state.Send(new SuppressOffers([settings.Role]));
        suppressed = true;
    }

    private void Revive(DateTimeOffset now)
    {
        if (revivedAt is { } last && now < last + settings.ReviveInterval)
        {
            state.Timers.Set(TimerKind.Revive, "", last + settings.ReviveInterval);
            return;
        }

        state.Send(new ReviveOffers([settings.Role]));
        (revivedAt, suppressed, state.Signals.WantsRevive) = (now, false, false);
        patience = settings.ReviveRetry;
        offers.ForgetMisfits();
    }

    // A call can be lost without a word, also the answer to an offer: what waits must not wait for ever.
    private void ReviveAgain(DateTimeOffset now)
    {
        var next = revivedAt!.Value + patience;
        if (now < next)
        {
            state.Timers.Set(TimerKind.Revive, "", next);
            return;
        }

        offers.RepeatAnswers(now);
        state.Send(new ReviveOffers([settings.Role]));
        revivedAt = now;
        patience = patience * 2 < settings.ReviveLongest ? patience * 2 : settings.ReviveLongest;
        state.Timers.Set(TimerKind.Revive, "", now + patience);
    }
}
