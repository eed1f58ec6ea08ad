using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Offers;

/// <summary>The offers that are held, and how they are declined.</summary>
internal sealed class OfferPool(ClusterState state, CoreSettings settings)
{
    private const int MostAnswered = 20_000;
    private readonly SortedDictionary<string, HeldOffer> offers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (HeldOffer Offer, DeclineReason Reason)> unwanted = new(StringComparer.Ordinal);

    /// <summary>By agent: how often in a row nothing fitted on what it offered.</summary>
    private readonly Dictionary<string, int> misfits = new(StringComparer.Ordinal);

    /// <summary>By agent: how long its last offer was declined for.</summary>
    private readonly Dictionary<string, TimeSpan> refusals = new(StringComparer.Ordinal);

    /// <summary>Offers that were answered, oldest first. An answer can be lost without a word, and the master then believes that they
    /// are still held: what they hold is offered to nobody.</summary>
    private readonly Queue<(string OfferId, DateTimeOffset At)> answered = new();

    public IReadOnlyCollection<HeldOffer> Held => offers.Values;

    public DeclineLog Declines { get; } = new();

    /// <summary>An offer arrived since this leader took over.</summary>
    public bool HasSeenOffers { get; private set; }

    public void Add(Offer offer, DateTimeOffset now)
    {
        HasSeenOffers = true;
        // Offers to another role are not ours to use.
        if (offer.Role != settings.Role)
            unwanted[offer.Id] = (new HeldOffer(offer, now), DeclineReason.OtherRole);
        else
            offers[offer.Id] = new HeldOffer(offer, now);
    }

    public void Remove(string offerId) => offers.Remove(offerId);

    public void RemoveOf(string agentId)
    {
        foreach (var offer in offers.Values.Where(o => o.Offer.AgentId == agentId).Select(o => o.Offer.Id).ToList())
            offers.Remove(offer);
    }

    /// <summary>Offers are only valid within their subscription.</summary>
    public void Clear()
    {
        offers.Clear();
        answered.Clear();
    }

    /// <summary>They are accepted.</summary>
    public void Accept(IReadOnlyList<string> offerIds, DateTimeOffset now)
    {
        foreach (var id in offerIds)
            offers.Remove(id);
        Answered(offerIds, now);
    }

    /// <summary>Declines once more what was answered some time ago. The master ignores it where the answer had arrived.</summary>
    public void RepeatAnswers(DateTimeOffset now)
    {
        var again = new List<string>();
        while (answered.TryPeek(out var next) && next.At + settings.ReviveRetry <= now)
            again.Add(answered.Dequeue().OfferId);
        if (again.Count > 0)
            state.Send(new DeclineOffers(again, settings.ShortRefuse));
    }

    public PlacementPlanner Plan(DateTimeOffset now) => new(offers.Values, state, settings, now);

    /// <summary>Something was placed on the agent: its next offers are declined for a short time again.</summary>
    public void Placed(string agentId) => misfits.Remove(agentId);

    /// <summary>All agents are asked anew.</summary>
    public void ForgetMisfits() => misfits.Clear();

    /// <returns>How long its last offer was declined for; null if none was.</returns>
    public TimeSpan? RefusedFor(string agentId) => refusals.TryGetValue(agentId, out var refuse) ? refuse : null;

    /// <summary>Declines offers that nothing may use: of another role, or of agents that take no new tasks.</summary>
    public void DeclineUnwanted(DateTimeOffset now)
    {
        foreach (var held in offers.Values)
        {
            if (state.Machines.StateOf(held.Offer.Hostname, held.Rack) != MachineState.Active)
                unwanted[held.Offer.Id] = (held, DeclineReason.AgentWithheld);
        }

        foreach (var group in unwanted.Values.GroupBy(u => u.Reason).OrderBy(g => g.Key))
            Decline([.. group.Select(u => u.Offer)], group.Key, settings.LongRefuse, now);
        unwanted.Clear();
    }

    /// <summary>Declines offers that were held for long enough without anything that fits on them.</summary>
    public void DeclineStale(DateTimeOffset now)
    {
        var stale = offers.Values.Where(o => o.Since + settings.OfferHold <= now).ToList();
        foreach (var refusal in stale.GroupBy(o => RefuseFor(o.Offer.AgentId)).OrderBy(g => g.Key))
            Decline([.. refusal], DeclineReason.NothingFits, refusal.Key, now);
        if (offers.Count > 0)
            state.Timers.Set(TimerKind.OfferHold, "", offers.Values.Min(o => o.Since) + settings.OfferHold);
    }

    /// <summary>Nothing waits for a place.</summary>
    public void DeclineAll(DateTimeOffset now) => Decline([.. offers.Values], DeclineReason.NothingWaits, settings.LongRefuse, now);

    /// <summary>
    /// Nothing that waits fits on the agent's offers: they are declined for longer each time, so that other frameworks get them. The master
    /// offers them again earlier when more is free, and new work revives all.
    /// </summary>
    private TimeSpan RefuseFor(string agentId)
    {
        var times = misfits[agentId] = misfits.GetValueOrDefault(agentId) + 1;
        var refuse = settings.ShortRefuse * Math.Pow(2, Math.Min(times - 1, 16));
        return refuse < settings.LongestMisfitRefuse ? refuse : settings.LongestMisfitRefuse;
    }

    private void Decline(IReadOnlyList<HeldOffer> given, DeclineReason reason, TimeSpan refuse, DateTimeOffset now)
    {
        if (given.Count == 0)
            return;
        foreach (var held in given)
        {
            if (offers.Remove(held.Offer.Id))
                refusals[held.Offer.AgentId] = refuse;
            Declines.Add(new DeclinedOffer(held, reason, refuse, now));
        }

        state.Effects.Declines.Add((reason, given.Count));
        var ids = given.Select(h => h.Offer.Id).ToList();
        state.Send(new DeclineOffers(ids, refuse));
        Answered(ids, now);
    }

    private void Answered(IReadOnlyList<string> offerIds, DateTimeOffset now)
    {
        foreach (var id in offerIds)
            answered.Enqueue((id, now));
        while (answered.Count > MostAnswered)
            answered.Dequeue();
    }
}
