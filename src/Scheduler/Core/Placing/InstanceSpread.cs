using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Placing;

/// <summary>Where the instances of one deploy are, for the rules that share them out. Made for one pass, and kept up in it.</summary>
internal sealed class InstanceSpread
{
    private readonly Dictionary<string, int> onAgent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> onRack = new(StringComparer.Ordinal);
    private readonly int[] elsewhere;
    private readonly TaskShape shape;
    private readonly IReadOnlyList<string> racks;

    /// <param name="racks">Those that could take an instance at all.</param>
    public InstanceSpread(TaskShape shape, IEnumerable<TaskRecord> tasks, IReadOnlyDictionary<string, AgentRecord> agents,
        IReadOnlyList<string> racks)
    {
        this.shape = shape;
        this.racks = racks;
        elsewhere = new int[shape.Rules.AttributeMinimums.Count];
        foreach (var task in tasks)
        {
            if (task.AgentId is not { } agent)
                continue;
            // A leaving task no longer counts for the shares, but still occupies its agent.
            var leaves = task.KillCause is not null || task.Leaving is not null;
            if (!leaves || !shape.Rules.SameHostBounce)
                Count(onAgent, agent);
            if (!leaves)
                CountShares(task.Rack ?? "", agents.TryGetValue(agent, out var known) ? known.Attributes : null);
        }
    }

    public void Add(AgentSlot slot)
    {
        Count(onAgent, slot.AgentId);
        CountShares(slot.Rack, slot.Attributes);
    }

    public int OnAgent(string agentId) => onAgent.GetValueOrDefault(agentId);

    /// <summary>Every rack gets its share before any gets one of the rest.</summary>
    public bool RackTakes(string rack)
    {
        if (!shape.Rules.RackSensitive || racks.Count == 0)
            return true;
        var parts = Math.Min(shape.Rules.ExpectedRacks ?? racks.Count, racks.Count);
        var floor = shape.Instances / parts;
        var here = onRack.GetValueOrDefault(rack);
        if (here < floor)
            return true;
        var filled = racks.Count(r => onRack.GetValueOrDefault(r) >= floor);
        var rest = onRack.Values.Sum(c => Math.Max(0, c - floor));
        return filled >= parts && here == floor && rest < shape.Instances % parts;
    }

    /// <summary>An agent without the attribute may have one only while enough are left for those with it.</summary>
    public bool SharesAllow(IReadOnlyDictionary<string, string> attributes)
    {
        for (var i = 0; i < elsewhere.Length; i++)
        {
            var minimum = shape.Rules.AttributeMinimums[i];
            var there = (shape.Instances * minimum.Percent + 99) / 100;
            if (!Has(attributes, minimum) && elsewhere[i] >= shape.Instances - there)
                return false;
        }

        return true;
    }

    private void CountShares(string rack, IReadOnlyDictionary<string, string>? attributes)
    {
        Count(onRack, rack);
        for (var i = 0; i < elsewhere.Length; i++)
            elsewhere[i] += attributes is not null && Has(attributes, shape.Rules.AttributeMinimums[i]) ? 0 : 1;
    }

    private static bool Has(IReadOnlyDictionary<string, string> attributes, AttributeMinimum minimum) =>
        attributes.TryGetValue(minimum.Attribute, out var value) && value == minimum.Value;

    private static void Count(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
}
