namespace Pipeline.Scheduler.Contract.Views;

/// <summary>What an operator does to an agent or a rack.</summary>
public enum MachineAction
{
    Freeze,
    Drain,
    Decommission,
    Activate,
}
