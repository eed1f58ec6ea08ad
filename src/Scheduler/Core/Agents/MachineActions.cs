using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Agents;

/// <summary>Operator actions on agents and racks, and what happens when their duration expires.</summary>
internal sealed class MachineActions(ClusterState state, MachineChanges changes, Drains drains, Kills kills)
{
    public CommandOutcome Handle(MachineCommand asked, DateTimeOffset now)
    {
        if (Resolve(asked) is not { } named)
            return CommandOutcome.NotFound(
                $"'{asked.Name}' is not {(asked.Machine == MachineKind.Agent ? "an agent" : "a rack")} that was ever seen here.");
        if (named.Machine == MachineKind.Agent && HiddenByRack(named) is { } hidden)
            return hidden;
        if (named.Action is MachineAction.Freeze or MachineAction.Drain && IsDead(named))
            return CommandOutcome.Conflict("agent-dead",
                $"{named.Name} is dead: nothing runs on it. It can be decommissioned, for when it returns.");
        var (next, outcome) = MachineRules.Judge(state.Machines.Find(named.Machine, named.Name), named, now);
        if (next is null)
            return outcome;
        changes.Save(next, named.By.Actor);
        if (next.State is MachineState.Active or MachineState.Frozen)
            drains.CallOff(next, now);
        drains.Continue(now);
        var reached = state.Machines.Find(named.Machine, named.Name)!;
        return CommandOutcome.Done($"{MachineChanges.Sentence(reached)}.");
    }

    public void Passed(string key, DateTimeOffset now)
    {
        if (state.Machines.Find(key) is not { Change.Until: not null } machine)
            return;
        if (machine is { KillAtExpiry: true, State: MachineState.Draining })
        {
            foreach (var task in state.AgentsOf(machine.Kind, machine.Name).OrderBy(a => a.Id, StringComparer.Ordinal)
                .SelectMany(a => state.TasksOn(a.Id)))
                kills.Kill(task, KillCause.Machine, $"{machine.Title} was to be empty by now", now);
            state.Save(machine with { KillAtExpiry = false, Change = machine.Change with { Until = null } });
            return;
        }

        changes.Save(MachineRules.Reverted(machine, now), ClusterJournal.Scheduler);
        drains.CallOff(machine, now);
    }

    // An agent is named by id or host; the host is what is stored.
    private MachineCommand? Resolve(MachineCommand asked)
    {
        if (asked.Machine == MachineKind.Rack)
            return asked.Name.Length > 0 && IsKnown(asked) ? asked : null;
        if (state.Agents.TryGetValue(asked.Name, out var agent))
            return asked with { Name = agent.Host };
        return IsKnown(asked) ? asked : null;
    }

    private bool IsKnown(MachineCommand asked) =>
        state.AgentsOf(asked.Machine, asked.Name).Any() || state.Machines.Find(asked.Machine, asked.Name) is not null;

    private CommandOutcome? HiddenByRack(MachineCommand asked)
    {
        if (asked.Action != MachineAction.Activate || state.Machines.StateOf(asked.Name, "") != MachineState.Active)
            return null;
        var rack = state.AgentsOf(MachineKind.Agent, asked.Name).Select(a => state.Machines.Find(MachineKind.Rack, a.Rack))
            .FirstOrDefault(r => r is { State: not MachineState.Active });
        return rack is null
            ? null
            : CommandOutcome.Conflict("rack-not-active",
                $"Agent {asked.Name} is {Wording.Word(rack.State)} with its rack {rack.Name}: activate the rack.");
    }

    private bool IsDead(MachineCommand asked) =>
        state.AgentsOf(asked.Machine, asked.Name).ToList() is { Count: > 0 } agents && agents.TrueForAll(a => a.State == AgentState.Dead);
}
