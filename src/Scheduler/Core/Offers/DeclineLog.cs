using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Offers;

/// <summary>Recently declined offers, for people: a bounded list, and counts of this term by reason. Constant cost per offer.</summary>
internal sealed class DeclineLog
{
    private const int Most = 100;

    private readonly Queue<DeclinedOffer> latest = new(Most);
    private readonly long[] counts = new long[Enum.GetValues<DeclineReason>().Length];
    private IReadOnlyList<DeclinedOffer>? shown;

    /// <summary>Oldest first; the same list as long as nothing is added.</summary>
    public IReadOnlyList<DeclinedOffer> Latest => shown ??= [.. latest];

    /// <summary>May be read from another thread.</summary>
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
