namespace Pipeline.Scheduler.Core.Placing;

/// <summary>
/// The agents that hold one shape, in the order of preference, by rack. Agents fill up while the pass goes on, also by other shapes: an
/// entry is looked at again when its turn comes.
/// </summary>
internal sealed class Candidates
{
    private static readonly Comparer<Entry> Order = Comparer<Entry>.Create((a, b) =>
    {
        var rank = a.Rank.CompareTo(b.Rank);
        return rank != 0 ? rank : a.Slot.Index.CompareTo(b.Slot.Index);
    });

    /// <summary>So many choices are made by looking at all; sorting pays for more.</summary>
    private const int Looks = 4;

    private readonly SortedDictionary<string, RackGroup> racks = new(StringComparer.Ordinal);
    private readonly Func<AgentSlot, Fit> fits;
    private readonly Func<AgentSlot, Rank> rankOf;
    private int choices;

    private readonly record struct Entry(Rank Rank, AgentSlot Slot);

    private sealed record RackGroup(List<AgentSlot> Slots)
    {
        public SortedSet<Entry>? Sorted { get; set; }
    }

    /// <param name="fits">Whether the agent takes one more now.</param>
    /// <param name="rankOf">Its rank now; the lower the better.</param>
    public Candidates(IEnumerable<AgentSlot> slots, Func<AgentSlot, Fit> fits, Func<AgentSlot, Rank> rankOf)
    {
        (this.fits, this.rankOf) = (fits, rankOf);
        foreach (var slot in slots)
        {
            if (!racks.TryGetValue(slot.Rack, out var rack))
                racks[slot.Rack] = rack = new RackGroup([]);
            rack.Slots.Add(slot);
        }
    }

    /// <returns>The best agent of the racks that take one more, or null.</returns>
    public AgentSlot? Best(Func<string, bool> rackTakes, Func<string, int> onRack)
    {
        choices++;
        (Rank Rank, int OnRack, AgentSlot? Slot) best = (default, 0, null);
        foreach (var (name, rack) in racks)
        {
            if (!rackTakes(name) || (choices > Looks ? First(rack) : Look(rack)) is not { } first)
                continue;
            var count = onRack(name);
            if (best.Slot is null || Compare(first, count, best.Rank, best.OnRack, best.Slot) < 0)
                best = (first.Rank, count, first.Slot);
        }

        return best.Slot;
    }

    // Instances on the agent and preference first, then the rack, then how full the agent is.
    private static int Compare(Entry entry, int count, Rank best, int bestCount, AgentSlot slot)
    {
        var coarse = entry.Rank.CompareCoarse(best);
        if (coarse != 0)
            return coarse;
        if (count != bestCount)
            return count.CompareTo(bestCount);
        var fine = entry.Rank.CompareTo(best);
        return fine != 0 ? fine : entry.Slot.Index.CompareTo(slot.Index);
    }

    private Entry? Look(RackGroup rack)
    {
        Entry? best = null;
        foreach (var slot in rack.Slots)
        {
            if (fits(slot) != Fit.Yes)
                continue;
            var entry = new Entry(rankOf(slot), slot);
            if (best is null || Order.Compare(entry, best.Value) < 0)
                best = entry;
        }

        return best;
    }

    private Entry? First(RackGroup rack)
    {
        var entries = rack.Sorted ??= new SortedSet<Entry>(rack.Slots.Where(s => fits(s) == Fit.Yes).Select(s => new Entry(rankOf(s), s)),
            Order);
        while (entries.Count > 0)
        {
            var first = entries.Min;
            var fits = this.fits(first.Slot) == Fit.Yes;
            var rank = rankOf(first.Slot);
            if (fits && rank == first.Rank)
                return first;
            entries.Remove(first);
            if (fits)
                entries.Add(new Entry(rank, first.Slot));
        }

        return null;
    }
}

/// <summary>The order of agents for a shape; lower is better.</summary>
/// <param name="First">Instances of the request there; for a strategy that packs, what is free.</param>
/// <param name="Preference">0 for an agent that the request prefers, 1 for others.</param>
/// <param name="Fullness">Steps below good enough.</param>
/// <param name="Placed">Tasks of any shape that this pass put there.</param>
internal readonly record struct Rank(long First, int Preference, int Fullness, int Placed) : IComparable<Rank>
{
    public int CompareCoarse(Rank other) => First != other.First ? First.CompareTo(other.First) : Preference.CompareTo(other.Preference);

    public int CompareTo(Rank other)
    {
        var coarse = CompareCoarse(other);
        if (coarse != 0)
            return coarse;
        return Fullness != other.Fullness ? Fullness.CompareTo(other.Fullness) : Placed.CompareTo(other.Placed);
    }
}
