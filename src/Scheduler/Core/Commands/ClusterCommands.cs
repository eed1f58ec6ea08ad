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
        ReconcileCommand asked => reconciler.Handle(asked, now),
        FreezeLaunchesCommand asked => freezes.Handle(asked, now),
        MachineCommand asked => machines.Handle(asked, now),
        ForcePlacementCommand asked => forcing.Handle(asked, now),
        _ => null,
    };
}
