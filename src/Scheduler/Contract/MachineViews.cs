namespace Pipeline.Scheduler.Contract;

/// <summary>What an operator decided about an agent's host or about a rack.</summary>
/// <param name="Kind"><c>agent</c> or <c>rack</c>.</param>
/// <param name="Name">The host, or the rack.</param>
/// <param name="State"><c>active</c>, <c>frozen</c>, <c>draining</c>, <c>decommissioned</c>.</param>
/// <param name="Target">Of one that drains: what it is when it is empty.</param>
/// <param name="Until">When it ends by itself; null: never.</param>
/// <param name="AtExpiry"><c>revert</c> to the state before, or <c>kill</c> what is left.</param>
public sealed record MachineView(
    string Kind, string Name, string State, string? Target, string By, string? Reason, DateTimeOffset Since, DateTimeOffset? Until,
    string? AtExpiry);

/// <param name="State">As of an agent: <c>active</c>, <c>frozen</c>, <c>draining</c>, <c>decommissioned</c>, or <c>dead</c> when all of its
/// agents are.</param>
/// <param name="AgentsByState">How many of its agents are in which state.</param>
public sealed record RackView(
    string Cluster, string Name, string State, IReadOnlyDictionary<string, int> AgentsByState, ResourcesView Used, ResourcesView Total, int Tasks,
    MachineView? Machine);
