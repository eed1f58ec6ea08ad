namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>Where instances may go and how they spread.</summary>
/// <param name="Strategy">How an agent is chosen.</param>
/// <param name="RackSensitive">Even over the racks: no rack gets one more before every rack has its share.</param>
/// <param name="SameHostBounce">A bounce may put a replacement beside the instance that it replaces.</param>
/// <param name="Role">The Mesos role that resources must be reserved for; null: the framework's.</param>
public sealed record Placement(
    PlacementStrategy Strategy = PlacementStrategy.Balanced, bool RackSensitive = false, bool SameHostBounce = false, string? Role = null)
{
    /// <summary>Only these racks; empty: any.</summary>
    public IReadOnlyList<string> RackAffinity { get; init; } = [];

    /// <summary>Attributes of agents: all must match.</summary>
    public IReadOnlyDictionary<string, string> RequiredAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Unlock agents that are reserved by these attributes; agents that match are preferred.</summary>
    public IReadOnlyDictionary<string, string> AllowedAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Shares of the instances that run on agents with an attribute.</summary>
    public IReadOnlyList<AttributeMinimum> AttributeMinimums { get; init; } = [];

    /// <summary>Host ports that the agent must offer, besides the dynamic ones.</summary>
    public IReadOnlyList<int> LiteralPorts { get; init; } = [];

    /// <summary>With <see cref="RackSensitive"/>: distributed as if there were so many racks; null: as many as there are.</summary>
    public int? ExpectedRacks { get; init; }
}

/// <summary>At least this share of the instances runs on agents with the attribute.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Percent">Of the instances, rounded up.</param>
public sealed record AttributeMinimum(string Attribute, string Value, int Percent);

/// <summary>Which agents are preferred.</summary>
public enum PlacementStrategy
{
    /// <summary>Fewest instances on the agent, then on the rack.</summary>
    Balanced,

    /// <summary>Wherever it fits first.</summary>
    Greedy,

    /// <summary>At most one instance of a deploy on an agent.</summary>
    SeparateByDeploy,

    /// <summary>At most one instance of the request on an agent, whatever the deploy.</summary>
    SeparateByRequest,

    /// <summary>About as many on an agent as the others have.</summary>
    Optimistic,

    /// <summary>One on every active agent; the number of instances follows the number of agents.</summary>
    SpreadAll,
}

/// <summary>What happens to instances whose agent is out of reach.</summary>
/// <param name="ReplaceAfter">An unreachable instance is replaced after this long; null: the cluster's.</param>
/// <param name="Never">It is never replaced while the master reports it as unreachable.</param>
/// <param name="KillReturned">An instance that returns after it was replaced is killed; otherwise it is recovered and the surplus is
/// retired.</param>
public sealed record Unreachable(TimeSpan? ReplaceAfter = null, bool KillReturned = true, bool Never = false);
