namespace Pipeline.Scheduler.Contract.Views;

/// <param name="Cluster">The cluster's name.</param>
/// <param name="Id">Its id.</param>
/// <param name="Host">The agent's host.</param>
/// <param name="Address">Its IP address.</param>
/// <param name="Url">Its base URL.</param>
/// <param name="Rack">The agent's rack.</param>
/// <param name="Attributes">As its operator set them.</param>
/// <param name="State"><c>active</c>, <c>frozen</c>, <c>draining</c>, <c>decommissioned</c>, <c>missing-on-start</c>, <c>dead</c>.</param>
/// <param name="Used">What our tasks hold.</param>
/// <param name="Total">The most that the agent offered together with what our tasks hold: other frameworks' tasks are not in it.</param>
/// <param name="Tasks">How many tasks of ours.</param>
/// <param name="SeenAt">When it was seen last.</param>
public sealed record AgentView(
    string Cluster, string Id, string Host, string Address, string Url, string Rack, IReadOnlyDictionary<string, string> Attributes,
    string State, ResourcesView Used, ResourcesView Total, int Tasks, DateTimeOffset SeenAt)
{
    /// <summary>What was decided about its host or its rack; null: nothing, ever.</summary>
    public MachineView? Machine { get; init; }
}

/// <summary>Resources: cpus in cores, memory and disk in MiB.</summary>
public sealed record ResourcesView(decimal Cpus, decimal MemoryMb, decimal DiskMb);

/// <summary>What an operator decided about an agent's host or about a rack.</summary>
/// <param name="Kind"><c>agent</c> or <c>rack</c>.</param>
/// <param name="Name">The host, or the rack.</param>
/// <param name="State"><c>active</c>, <c>frozen</c>, <c>draining</c>, <c>decommissioned</c>.</param>
/// <param name="Target">Of one that drains: what it is when it is empty.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends by itself; null: never.</param>
/// <param name="AtExpiry"><c>revert</c> to the state before, or <c>kill</c> what is left.</param>
public sealed record MachineView(
    string Kind, string Name, string State, string? Target, string By, string? Reason, DateTimeOffset Since, DateTimeOffset? Until,
    string? AtExpiry);

/// <param name="Cluster">The cluster's name.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">As of an agent: <c>active</c>, <c>frozen</c>, <c>draining</c>, <c>decommissioned</c>, or <c>dead</c> when all of its
/// agents are.</param>
/// <param name="AgentsByState">How many of its agents are in which state.</param>
/// <param name="Used">What our tasks hold.</param>
/// <param name="Total">What there is.</param>
/// <param name="Tasks">How many tasks of ours.</param>
/// <param name="Machine">What was decided about it; null: nothing.</param>
public sealed record RackView(
    string Cluster, string Name, string State, IReadOnlyDictionary<string, int> AgentsByState, ResourcesView Used, ResourcesView Total,
        int Tasks,
    MachineView? Machine);
