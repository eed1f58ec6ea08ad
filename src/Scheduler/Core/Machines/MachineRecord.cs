namespace Pipeline.Scheduler.Core;

/// <summary>
/// What an operator decided about a host or a rack. Kept by host, not by agent id: an agent that registers anew on a decommissioned host
/// is still not used. Whether an agent lives is another matter: <see cref="AgentState"/>.
/// </summary>
/// <param name="Name">Host or rack.</param>
/// <param name="Change">Who, why, since when, until when. The end of <see cref="MachineState.Draining"/> and the expiry move it on.</param>
internal sealed record MachineRecord(MachineKind Kind, string Name, MachineState State, Change Change)
{
    /// <summary>Of one that drains: what it is when it is empty.</summary>
    public MachineState Target { get; init; } = MachineState.Frozen;

    /// <summary>What it is again when the time is over, unless <see cref="KillAtExpiry"/>.</summary>
    public MachineState Before { get; init; } = MachineState.Active;

    /// <summary>Of one that drains: when the time is over, what is left on it is killed.</summary>
    public bool KillAtExpiry { get; init; }

    public string Title => Kind == MachineKind.Agent ? $"agent {Name}" : $"rack {Name}";
}

internal enum MachineKind
{
    Agent,
    Rack,
}

/// <summary>In the order of severity: of an agent and its rack the more severe one counts.</summary>
internal enum MachineState
{
    Active,

    /// <summary>Keeps its tasks, gets no new ones.</summary>
    Frozen,

    /// <summary>Its instances are replaced elsewhere, then killed; runs end by themselves.</summary>
    Draining,

    /// <summary>Empty, and never used again until somebody activates it.</summary>
    Decommissioned,
}
