using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>An operator's placement override for the whole cluster.</summary>
internal sealed class PlacementForcing(ClusterState state, ClusterJournal journal, TaskShapes shapes)
{
    public CommandOutcome Handle(ForcePlacementCommand asked, DateTimeOffset now)
    {
        state.Save(new PlacementForced(asked.Strategy, asked.RackSensitive, asked.By.At(now)));
        shapes.Clear();
        state.Signals.IsDue = true;
        var what = (asked.Strategy, asked.RackSensitive) switch
        {
            (null, null) => "placement is as each request says",
            ({ } strategy, null) => $"placement forced to {strategy}",
            (null, { } racks) => $"rack sensitivity forced {(racks ? "on" : "off")}",
            ({ } strategy, { } racks) => $"placement forced to {strategy}, rack sensitivity {(racks ? "on" : "off")}",
        };
        journal.Cluster(what + Wording.Because(asked.By.Reason), asked.By.Actor);
        return CommandOutcome.Done($"The {what}.");
    }
}
