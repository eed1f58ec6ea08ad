using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>An operator's placement override for the whole cluster.</summary>
internal sealed class PlacementForcing(ClusterState state, ClusterJournal journal, TaskShapes shapes)
{
    public CommandOutcome Handle(ForcePlacementCommand command, DateTimeOffset now)
    {
        state.Save(new PlacementForced(command.Strategy, command.RackSensitive, command.By.At(now)));
        shapes.Clear();
        state.Signals.IsDue = true;
        var what = (command.Strategy, command.RackSensitive) switch
        {
            (null, null) => "placement follows each request",
            ({ } strategy, null) => $"placement is forced to {strategy}",
            (null, { } racks) => $"rack sensitivity is forced {(racks ? "on" : "off")}",
            ({ } strategy, { } racks) => $"placement is forced to {strategy}, rack sensitivity {(racks ? "on" : "off")}",
        };
        journal.Cluster(what + Wording.Because(command.By.Reason), command.By.Actor);
        return CommandOutcome.Done($"{char.ToUpperInvariant(what[0])}{what[1..]}.");
    }
}
