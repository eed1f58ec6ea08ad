namespace Pipeline.Scheduler.Core;

/// <summary>Commands of operators about the cluster itself.</summary>
internal sealed class ClusterCommands(Reconciler reconciler, PriorityFreezes freezes, MachineActions machines, PlacementForcing forcing)
{
    /// <returns>Null: another's.</returns>
    public CommandOutcome? Handle(SchedulerCommand command, DateTimeOffset now) => command switch
    {
        ReconciliationAsked asked => reconciler.Handle(asked, now),
        FreezeAsked asked => freezes.Handle(asked, now),
        MachineAsked asked => machines.Handle(asked, now),
        PlacementForcedAsked asked => forcing.Handle(asked, now),
        _ => null,
    };
}
