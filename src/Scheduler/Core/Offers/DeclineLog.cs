namespace Pipeline.Scheduler.Core;

/// <summary>Why an offer was given back.</summary>
internal enum DeclineReason
{
    /// <summary>Reserved for, or offered to, a role that is not ours.</summary>
    OtherRole,

    /// <summary>Its agent or rack is frozen, draining or decommissioned.</summary>
    AgentWithheld,

    /// <summary>Held for a moment, and nothing that waits fits on what is left of it.</summary>
    NothingFits,

    /// <summary>Nothing waits for a place.</summary>
    NothingWaits,
}

/// <param name="Refuse">The master offers it to others for so long, unless more of it becomes free.</param>
internal sealed record DeclinedOffer(HeldOffer Offer, DeclineReason Reason, TimeSpan Refuse, DateTimeOffset At);

/// <summary>What was given back lately, for people: a bounded list, and counts of this term by reason. Constant cost an offer.</summary>
internal sealed class DeclineLog
{
    private const int Most = 100;

    private readonly Queue<DeclinedOffer> latest = new(Most);
    private readonly long[] counts = new long[Enum.GetValues<DeclineReason>().Length];
    private IReadOnlyList<DeclinedOffer>? shown;

    /// <summary>Oldest first; the same list as long as nothing is added.</summary>
    public IReadOnlyList<DeclinedOffer> Latest => shown ??= [.. latest];

    /// <summary>May be asked from another thread.</summary>
    public long CountOf(DeclineReason reason) => Volatile.Read(ref counts[(int)reason]);

    public void Add(DeclinedOffer declined)
    {
        if (latest.Count == Most)
            latest.Dequeue();
        latest.Enqueue(declined);
        counts[(int)declined.Reason]++;
        shown = null;
    }
}
