using System.Globalization;

namespace Pipeline.Scheduler.Core;

/// <summary>
/// Chooses an agent for a task: one that holds its need, with the fewest instances of the request on the agent, then on the rack; the
/// lowest id decides. One planner serves one pass over the pending tasks.
/// </summary>
internal sealed class PlacementPlanner
{
    private readonly Dictionary<string, AgentSlot> slots = new(StringComparer.Ordinal);
    private readonly Dictionary<(Amount Need, int Ports), string> refused = [];
    private readonly SpreadCounts spread;
    private readonly int knownAgents;
    private List<AgentSlot> ordered = [];
    private List<string> racks = [];

    public PlacementPlanner(IEnumerable<HeldOffer> offers, SpreadCounts spread, int knownAgents)
    {
        this.spread = spread;
        this.knownAgents = knownAgents;
        foreach (var held in offers)
        {
            if (!slots.TryGetValue(held.Offer.AgentId, out var slot))
                slots[held.Offer.AgentId] = slot = new AgentSlot(held.Offer.AgentId, held.Offer.Hostname, held.Offer.Address, held.Rack);
            slot.Add(held.Offer);
        }

        Reorder();
    }

    public IReadOnlyList<AgentSlot> Slots => ordered;

    public bool IsEmpty => ordered.Count == 0;

    /// <returns>The slot that the task fits on, or null and the reason.</returns>
    public (AgentSlot? Slot, string? Why) Choose(TaskRecord task)
    {
        var need = (Amount.Of(task.Needs), task.Needs.Ports);
        if (refused.TryGetValue(need, out var why))
            return (null, why);
        var best = Best(task.RequestId, need.Item1, need.Ports);
        if (best is not null)
            return (best, null);
        return (null, refused[need] = Explain(need.Item1, need.Ports));
    }

    /// <summary>The reason names what offers were short of.</summary>
    public static bool IsComparison(string? why) =>
        why is not null && (why.StartsWith("needs ", StringComparison.Ordinal)
            || why.StartsWith("no single agent", StringComparison.Ordinal));

    private AgentSlot? Best(string requestId, Amount need, int ports)
    {
        AgentSlot? best = null;
        var least = (OnAgent: int.MaxValue, OnRack: int.MaxValue);
        // No agent can beat one without an instance on the emptiest rack: stop there instead of looking at thousands.
        var floor = racks.Count == 0 ? 0 : racks.Min(r => spread.OnRack(requestId, r));
        foreach (var slot in ordered)
        {
            if (!slot.Holds(need, ports))
                continue;
            var count = (OnAgent: spread.OnAgent(requestId, slot.AgentId), OnRack: spread.OnRack(requestId, slot.Rack));
            if (count.CompareTo(least) >= 0)
                continue;
            (best, least) = (slot, count);
            if (count == (0, floor))
                break;
        }

        // Single tasks of many requests would all fill the first agent: the next one looks first at agents that got nothing yet.
        if (best is not null && ordered.Count > 1)
            MoveToEnd(best);
        return best;
    }

    private void MoveToEnd(AgentSlot used)
    {
        if (!ReferenceEquals(ordered[0], used))
            return;
        ordered.RemoveAt(0);
        ordered.Add(used);
    }

    private void Reorder()
    {
        ordered = [.. slots.Values.OrderBy(s => s.AgentId, StringComparer.Ordinal)];
        racks = [.. ordered.Select(s => s.Rack).Distinct(StringComparer.Ordinal)];
    }

    private string Explain(Amount need, int ports)
    {
        var agents = string.Create(CultureInfo.InvariantCulture, $"{ordered.Count} of {knownAgents} agents offer");
        if (ordered.Count == 0)
            return string.Create(CultureInfo.InvariantCulture, $"no agent offers anything; {knownAgents} agents are known");
        string? Short(string what, Func<AgentSlot, decimal> free, decimal wanted)
        {
            var best = ordered.OrderByDescending(free).ThenBy(s => s.AgentId, StringComparer.Ordinal).First();
            return free(best) >= wanted
                ? null
                : string.Create(CultureInfo.InvariantCulture,
                    $"needs {wanted:0.###} {what}, best offer {free(best):0.###} on {best.Host}; {agents}");
        }

        return Short("cpus", s => s.Free.CpusValue, need.CpusValue)
            ?? Short("MiB of memory", s => s.Free.MemoryValue, need.MemoryValue)
            ?? Short("MiB of disk", s => s.Free.DiskValue, need.DiskValue)
            ?? Short("ports", s => s.FreePorts, ports)
            ?? string.Create(
                CultureInfo.InvariantCulture,
                $"no single agent has {need.CpusValue:0.###} cpus, {need.MemoryValue:0.###} MiB of memory, "
                + $"{need.DiskValue:0.###} MiB of disk and {ports} ports together; {agents}");
    }
}
