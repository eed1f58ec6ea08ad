using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Agents;

/// <summary>Saves the state of an agent or rack, with its event and its expiry timer.</summary>
internal sealed class MachineChanges(ClusterState state)
{
    public static string Sentence(MachineRecord machine) => machine.State switch
    {
        MachineState.Active => $"{machine.Title} is active",
        MachineState.Frozen => $"{machine.Title} is frozen: its tasks stay, no new ones come",
        MachineState.Draining => $"{machine.Title} is draining, then {Wording.Word(machine.Target)}",
        MachineState.Decommissioned => $"{machine.Title} is decommissioned",
    };

    public void Recover()
    {
        foreach (var machine in state.Machines.All.Where(m => m.Change.Until is not null))
            state.Timers.Set(TimerKind.Machine, machine.Key, machine.Change.Until!.Value);
    }

    public void Save(MachineRecord next, Actor actor)
    {
        state.Save(next);
        state.Timers.Cancel(TimerKind.Machine, next.Key);
        if (next.Change.Until is { } until)
            state.Timers.Set(TimerKind.Machine, next.Key, until);
        state.Append(
            new MachineChanged(state.Cluster, next.Kind.ToString().ToLowerInvariant(), next.Name, Wording.Word(next.State), Sentence(next),
                next.Change.Reason, next.Change.Until),
            actor, new JournalSubject { Cluster = state.Cluster });
        state.Signals.IsDue = true;
        // Its offers were declined for a long time: revive them.
        state.Signals.WantsRevive |= next.State == MachineState.Active;
    }
}
