namespace Pipeline.LocalMesos.Master.State;

/// <summary>The state of an agent's registration.</summary>
internal enum AgentPresence
{
    Registered,

    /// <summary>Stopped answering pings; may come back.</summary>
    Unreachable,

    /// <summary>Unregistered, or taken down for maintenance: nothing is known of its tasks.</summary>
    Removed,

    /// <summary>Marked gone by an operator, forever.</summary>
    Gone,

    /// <summary>In the registry of a restarted master, but not back yet.</summary>
    Recovered,
}
