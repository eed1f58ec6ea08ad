using Pipeline.Scheduler.Core.Agents;
using Pipeline.Scheduler.Core.Launching;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Requests;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Commands;

/// <summary>Commands of operators about the cluster itself.</summary>
internal sealed class ClusterCommands(Reconciler reconciler, PriorityFreezes freezes, MachineActions machines, PlacementForcing forcing)
{
    /// <returns>Null: another's.</returns>
    public CommandOutcome? Handle(SchedulerCommand command, DateTimeOffset now) => command switch
    {
        ReconcileCommand reconcile => reconciler.Handle(reconcile, now),
        FreezeLaunchesCommand freezeLaunches => freezes.Handle(freezeLaunches, now),
        MachineCommand machine => machines.Handle(machine, now),
        ForcePlacementCommand forcePlacement => forcing.Handle(forcePlacement, now),
        _ => null,
    };
}
