namespace Pipeline.Scheduler.Core.Model;

/// <summary>
/// What an operator decided about a host or a rack. Kept by host, not by agent id: an agent that registers anew on a decommissioned host
/// is still not used. Whether an agent is alive is another matter: <see cref="AgentState"/>.
/// </summary>
/// <param name="Name">Host or rack.</param>
/// <param name="Change">Who, why, since when, until when. The end of <see cref="MachineState.Draining"/> and the expiry move it on.</param>
internal sealed record MachineRecord(MachineKind Kind, string Name, MachineState State, Change Change)
{
    /// <summary>The state after draining.</summary>
    public MachineState Target { get; init; } = MachineState.Frozen;

    /// <summary>The state to return to when the duration expires, unless <see cref="KillAtExpiry"/>.</summary>
    public MachineState Before { get; init; } = MachineState.Active;

    /// <summary>Tasks that are left when the duration of a drain expires are killed.</summary>
    public bool KillAtExpiry { get; init; }

    /// <summary>Names it among all agents and racks.</summary>
    public string Key => $"{Kind}/{Name}";

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

internal enum MachineAction
{
    Freeze,
    Drain,
    Decommission,
    Activate,
}
