using Pipeline.Kernel.Events;

namespace Pipeline.Scheduler.Contract.Events;

/// <summary>The master removed the agent, or it was missing for too long.</summary>
public sealed record AgentLost(string Cluster, string AgentId, string Host, string Reason) : JournalEvent;

/// <summary>Somebody, or the passing of time, changed how an agent or a rack is used.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Machine"><c>agent</c> or <c>rack</c>.</param>
/// <param name="Name">The host, or the rack.</param>
/// <param name="State"><c>active</c>, <c>frozen</c>, <c>draining</c>, <c>decommissioned</c>.</param>
/// <param name="Detail">In a sentence.</param>
/// <param name="Reason">As the actor gave it.</param>
/// <param name="Until">When it ends; null: it has no end.</param>
public sealed record MachineChanged(
    string Cluster, string Machine, string Name, string State, string Detail, string? Reason, DateTimeOffset? Until) : JournalEvent;

/// <summary>A change of the connection, the leadership or the quarantine of a cluster, or an operator's action on it.</summary>
public sealed record ClusterChanged(string Cluster, string What) : JournalEvent;
