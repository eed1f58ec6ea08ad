using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Core;

// What operators do to agents and racks. A drain replaces first and kills then, so many agents at a time; what runs once ends by itself.
internal sealed partial class ClusterMachine
{
    private CommandOutcome ActOn(MachineAsked asked, DateTimeOffset now)
    {
        if (Resolve(asked) is not { } named)
            return CommandOutcome.Unknown($"'{asked.Name}' is not {(asked.Machine == MachineKind.Agent ? "an agent" : "a rack")} that was ever seen here.");
        if (named.Machine == MachineKind.Agent && HiddenByRack(named) is { } hidden)
            return hidden;
        if (named.Action is MachineAction.Freeze or MachineAction.Drain && IsDead(named))
            return CommandOutcome.Conflict("agent-dead", $"{named.Name} is dead: nothing runs on it. It can be decommissioned, for when it returns.");
        var current = state.Machines.Find(named.Machine, named.Name);
        var (next, outcome) = MachineRules.Judge(current, named, now);
        if (next is null)
            return outcome;
        Change(next, named.By.Actor);
        if (next.State is MachineState.Active or MachineState.Frozen)
            StayAgain(next, now);
        EmptyAgents(now);
        var reached = state.Machines.Find(named.Machine, named.Name)!;
        return CommandOutcome.Made($"{Sentence(reached)}.");
    }

    // An agent is named by its id or its host; what is kept is the host.
    private MachineAsked? Resolve(MachineAsked asked)
    {
        if (asked.Machine == MachineKind.Rack)
            return asked.Name.Length > 0 && (state.Agents.Values.Any(a => a.Rack == asked.Name) || state.Machines.Find(asked.Machine, asked.Name) is not null)
                ? asked
                : null;
        if (state.Agents.TryGetValue(asked.Name, out var agent))
            return asked with { Name = agent.Host };
        return state.Agents.Values.Any(a => a.Host == asked.Name) || state.Machines.Find(asked.Machine, asked.Name) is not null ? asked : null;
    }

    private CommandOutcome? HiddenByRack(MachineAsked asked)
    {
        if (asked.Action != MachineAction.Activate || state.Machines.StateOf(asked.Name, "") != MachineState.Active)
            return null;
        var rack = AgentsOf(MachineKind.Agent, asked.Name).Select(a => state.Machines.Find(MachineKind.Rack, a.Rack))
            .FirstOrDefault(r => r is { State: not MachineState.Active });
        return rack is null
            ? null
            : CommandOutcome.Conflict("rack-not-active", $"Agent {asked.Name} is {Word(rack.State)} with its rack {rack.Name}: activate the rack.");
    }

    private bool IsDead(MachineAsked asked) =>
        AgentsOf(asked.Machine, asked.Name).ToList() is { Count: > 0 } agents && agents.TrueForAll(a => a.State == AgentState.Dead);

    private IEnumerable<AgentRecord> AgentsOf(MachineKind kind, string name) =>
        state.Agents.Values.Where(a => kind == MachineKind.Agent ? a.Host == name : a.Rack == name);

    private void Change(MachineRecord next, Actor actor)
    {
        state.Save(next);
        var key = $"{next.Kind}/{next.Name}";
        timers.Cancel(TimerKind.Machine, key);
        if (next.Change.Until is { } until)
            timers.Set(TimerKind.Machine, key, until);
        state.Append(
            new MachineChanged(settings.Cluster, next.Kind.ToString().ToLowerInvariant(), next.Name, Word(next.State), Sentence(next),
                next.Change.Reason, next.Change.Until),
            actor, new JournalSubject { Cluster = settings.Cluster });
        placementDue = true;
        // Offers of it were refused for long: whoever waits asks again.
        reviveWanted |= next.State == MachineState.Active;
    }

    private void MachineExpired(string key, DateTimeOffset now)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (state.Machines.Find(Enum.Parse<MachineKind>(key[..slash]), key[(slash + 1)..]) is not { Change.Until: not null } machine)
            return;
        if (machine is { KillAtExpiry: true, State: MachineState.Draining })
        {
            foreach (var task in AgentsOf(machine.Kind, machine.Name).OrderBy(a => a.Id, StringComparer.Ordinal).SelectMany(a => state.TasksOn(a.Id)))
                Kill(task, KillCause.Machine, $"{machine.Title} was to be empty by now", now);
            state.Save(machine with { KillAtExpiry = false, Change = machine.Change with { Until = null } });
            return;
        }

        Change(MachineRules.Reverted(machine, now), Self);
        StayAgain(machine, now);
    }

    /// <summary>Moves instances off the agents that are to be empty, some agents at a time, and ends the drains that are done.</summary>
    private void EmptyAgents(DateTimeOffset now)
    {
        if (!state.Machines.AnyDraining && maintenance.Count == 0)
            return;
        var slots = settings.MaxDraining;
        foreach (var (agent, reason) in AgentsToLeave(now))
        {
            var tasks = state.TasksOn(agent.Id);
            var movable = tasks.Where(CanMove).ToList();
            var moving = tasks.Count(t => t.Leaving is { Cause: LeaveCause.Drain } && t.IsLive);
            var mayStart = slots > 0;
            if (movable.Count + moving > 0)
                slots--;
            if (mayStart)
            {
                foreach (var task in movable)
                    Leave(task, LeaveCause.Drain, reason, now);
            }

            ExplainDrain(agent, reason, movable.Count > 0 && !mayStart, now);
        }

        foreach (var machine in state.Machines.All.Where(m => m.State == MachineState.Draining).ToList())
        {
            if (AgentsOf(machine.Kind, machine.Name).All(a => a.State == AgentState.Dead || state.IsEmpty(a.Id)))
                Change(MachineRules.Emptied(machine, now), Self);
        }

        ForgetDrains();
    }

    // Those under way go on before others begin.
    private List<(AgentRecord Agent, string Reason)> AgentsToLeave(DateTimeOffset now) =>
    [
        .. state.Agents.Values
            .Where(a => a.State != AgentState.Dead)
            .Select(a => (Agent: a, Record: state.Machines.Binding(a.Host, a.Rack), Window: DueMaintenance(a.Id, now)))
            .Where(x => x.Record is { State: MachineState.Draining } || x.Window is not null)
            .OrderBy(x => state.TasksOn(x.Agent.Id).Any(t => t.Leaving is { Cause: LeaveCause.Drain }) ? 0 : 1)
            .ThenBy(x => x.Record is { State: MachineState.Draining } drain ? drain.Change.Since : x.Window!.Start)
            .ThenBy(x => x.Agent.Host, StringComparer.Ordinal).ThenBy(x => x.Agent.Id, StringComparer.Ordinal)
            .Select(x => (x.Agent, x.Record is { State: MachineState.Draining } drain
                ? $"{drain.Title} is drained by {drain.Change.By}{Because(drain.Change.Reason)}"
                : $"agent {x.Agent.Host} goes down for maintenance")),
    ];

    /// <summary>Instances move; runs end by themselves. A deploy that rolls out is let finish first: its instances count as they are.</summary>
    private bool CanMove(TaskRecord task) =>
        task is { KillCause: null, Leaving: null, Phase: TaskPhase.Launching or TaskPhase.Starting or TaskPhase.Running }
        && state.Deploys[task.DeployId] is { KeepsRunning: true, State: DeployState.Active or DeployState.Retiring };

    /// <summary>What had begun to leave stays, unless what replaces it is healthy.</summary>
    private void StayAgain(MachineRecord machine, DateTimeOffset now)
    {
        foreach (var agent in AgentsOf(machine.Kind, machine.Name).OrderBy(a => a.Id, StringComparer.Ordinal).ToList())
        {
            if (state.Machines.StateOf(agent.Host, agent.Rack) != MachineState.Draining && DueMaintenance(agent.Id, now) is null)
                StayOn(agent.Id, now);
        }
    }

    private void StayOn(string agentId, DateTimeOffset now)
    {
        foreach (var task in state.TasksOn(agentId).Where(t => t is { KillCause: null, Leaving.Cause: LeaveCause.Drain }))
            Stay(task, now);
    }

    private CommandOutcome ForcePlacement(PlacementForcedAsked asked, DateTimeOffset now)
    {
        var forced = new PlacementForced(asked.Strategy, asked.RackSensitive, asked.By.At(now));
        state.Save(forced);
        shapes.Clear();
        placementDue = true;
        var what = (asked.Strategy, asked.RackSensitive) switch
        {
            (null, null) => "placement is as each request says",
            ({ } strategy, null) => $"placement forced to {strategy}",
            (null, { } racks) => $"rack sensitivity forced {(racks ? "on" : "off")}",
            ({ } strategy, { } racks) => $"placement forced to {strategy}, rack sensitivity {(racks ? "on" : "off")}",
        };
        state.Append(
            new ClusterChanged(settings.Cluster, what + Because(asked.By.Reason)), asked.By.Actor, new JournalSubject { Cluster = settings.Cluster });
        return CommandOutcome.Made($"The {what}.");
    }

    private static string Sentence(MachineRecord machine) => machine.State switch
    {
        MachineState.Active => $"{machine.Title} is active",
        MachineState.Frozen => $"{machine.Title} is frozen: its tasks stay, no new ones come",
        MachineState.Draining => $"{machine.Title} is draining, then {Word(machine.Target)}",
        MachineState.Decommissioned => $"{machine.Title} is decommissioned",
    };

}
