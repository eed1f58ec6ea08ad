using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Simulation.Cluster;

namespace Pipeline.Scheduler.Tests.Simulation.Commands;

/// <summary>
/// What operators do to agents and racks while things break. One rack is left alone, so that everything can come to rest.
/// </summary>
internal static class MachineCommands
{
    private static readonly Actor Somebody = Actor.Person("nikos");

    public static readonly IReadOnlyList<SimulatedCommands.Kind> All =
    [
        new(2, w => OnAgent(w, MachineAction.Freeze)),
        new(3, w => OnAgent(w, MachineAction.Drain)),
        new(1, w => OnAgent(w, MachineAction.Decommission)),
        new(3, w => OnAgent(w, MachineAction.Activate)),
        new(1, w => OnRack(w, (MachineAction)w.Agenda.Pick(0, 3))),
        new(1, w => OnRack(w, MachineAction.Activate)),
        new(1, w => ("test", new ForcePlacementCommand(
            w.Agenda.OneIn(2) ? w.Agenda.Pick([PlacementStrategy.Greedy, PlacementStrategy.Optimistic, PlacementStrategy.Balanced]) : null,
            w.Agenda.OneIn(3) ? w.Agenda.OneIn(2) : null, new CommandOrigin(Somebody, null)))),
    ];

    /// <summary>Nothing keeps what waits from its place any more.</summary>
    public static (string Subject, SchedulerCommand Command) FreePlacement =>
        ("test", new ForcePlacementCommand(null, null, new CommandOrigin(Somebody, null)));

    private static (string, SchedulerCommand)? OnAgent(SimulatedCommands.World w, MachineAction action)
    {
        var agents = w.Durable.Agents.Values.Where(a => a.Rack != SimulatedAgent.SafeRack).ToList();
        if (agents.Count == 0)
            return null;
        var agent = w.Agenda.Pick(agents);
        var name = w.Agenda.OneIn(2) ? agent.Id : agent.Host;
        return (name, Command(w, MachineKind.Agent, name, action));
    }

    private static (string, SchedulerCommand) OnRack(SimulatedCommands.World w, MachineAction action) =>
        ("r2", Command(w, MachineKind.Rack, "r2", action));

    private static MachineCommand Command(SimulatedCommands.World w, MachineKind kind, string name, MachineAction action)
    {
        TimeSpan? lasts = w.Agenda.OneIn(2) ? w.Agenda.Between(2000, 60_000) : null;
        var kill = lasts is not null && action is MachineAction.Drain or MachineAction.Decommission && w.Agenda.OneIn(3);
        return new MachineCommand(kind, name, action, lasts is not null && kill, new CommandOrigin(Somebody, "disks", lasts));
    }
}
