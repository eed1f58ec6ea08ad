using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Agents;

/// <summary>Operator actions on agents and racks, and what happens when their duration expires.</summary>
internal sealed class MachineActions(ClusterState state, MachineChanges changes, Drains drains, Kills kills)
{
    public CommandOutcome Handle(MachineCommand command, DateTimeOffset now)
    {
        if (Resolve(command) is not { } named)
            return CommandOutcome.NotFound(
                $"'{command.Name}' is not {(command.Machine == MachineKind.Agent ? "an agent" : "a rack")} that was ever seen here.");
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
                kills.Kill(task, KillCause.Machine, $"{machine.Title} had to be empty by now", now);
            state.Save(machine with { KillAtExpiry = false, Change = machine.Change with { Until = null } });
            return;
        }

        changes.Save(MachineRules.Reverted(machine, now), ClusterJournal.Scheduler);
        drains.CallOff(machine, now);
    }

    // An agent is named by id or host; the host is what is stored.
    private MachineCommand? Resolve(MachineCommand command)
    {
        if (command.Machine == MachineKind.Rack)
            return command.Name.Length > 0 && IsKnown(command) ? command : null;
        if (state.Agents.TryGetValue(command.Name, out var agent))
            return command with { Name = agent.Host };
        return IsKnown(command) ? command : null;
    }

    private bool IsKnown(MachineCommand command) =>
        state.AgentsOf(command.Machine, command.Name).Any() || state.Machines.Find(command.Machine, command.Name) is not null;

    private CommandOutcome? HiddenByRack(MachineCommand command)
    {
        if (command.Action != MachineAction.Activate || state.Machines.StateOf(command.Name, "") != MachineState.Active)
            return null;
        var rack = state.AgentsOf(MachineKind.Agent, command.Name).Select(a => state.Machines.Find(MachineKind.Rack, a.Rack))
            .FirstOrDefault(r => r is { State: not MachineState.Active });
        return rack is null
            ? null
            : CommandOutcome.Conflict("rack-not-active",
                $"Agent {command.Name} is {Wording.Word(rack.State)} with its rack {rack.Name}: activate the rack.");
    }

    private bool IsDead(MachineCommand command) =>
        state.AgentsOf(command.Machine, command.Name).ToList() is { Count: > 0 } agents && agents.TrueForAll(
            a => a.State == AgentState.Dead);
}
