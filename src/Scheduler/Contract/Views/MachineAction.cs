namespace Pipeline.Scheduler.Contract.Views;

/// <summary>What an operator does to an agent or a rack.</summary>
public enum MachineAction
{
    /// <summary>Keeps its tasks, gets no new ones.</summary>
    Freeze,

    /// <summary>Its instances are replaced elsewhere, then killed; runs end on their own. Then it is frozen.</summary>
    Drain,

    /// <summary>As a drain; then it is never used again until it is activated.</summary>
    Decommission,

    /// <summary>Used again.</summary>
    Activate,
}
