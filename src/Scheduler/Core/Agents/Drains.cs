using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Agents;

/// <summary>Moves instances off agents that drain, a few agents at a time: each is replaced first and killed afterwards. Runs finish
/// on their own.</summary>
internal sealed class Drains(
    ClusterState state, CoreSettings settings, MachineChanges changes, MaintenanceWindows maintenance, DrainReasons reasons,
    Convergence convergence)
{
    /// <summary>Moves the instances that may move, and completes drains whose agents are empty.</summary>
    public void Continue(DateTimeOffset now)
    {
        if (!state.Machines.AnyDraining && !maintenance.Any)
            return;
        MoveInstances(now);
        foreach (var machine in state.Machines.All.Where(m => m.State == MachineState.Draining).ToList())
        {
            // What is unreachable may come back, also from an agent that is taken for dead.
            if (state.AgentsOf(machine.Kind, machine.Name).All(a => state.IsEmpty(a.Id)))
                changes.Save(MachineRules.Emptied(machine, now), ClusterJournal.Scheduler);
        }

        reasons.Keep(state.Agents.Values.Where(a => maintenance.IsPlanned(a.Id)
            || state.Machines.StateOf(a.Host, a.Rack) == MachineState.Draining));
    }

    /// <summary>Instances that were about to move stay, unless their replacement is already healthy.</summary>
    public void CallOff(MachineRecord machine, DateTimeOffset now)
    {
        foreach (var agent in state.AgentsOf(machine.Kind, machine.Name).OrderBy(a => a.Id, StringComparer.Ordinal).ToList())
        {
            if (state.Machines.StateOf(agent.Host, agent.Rack) != MachineState.Draining && maintenance.Due(agent.Id, now) is null)
                maintenance.KeepTasksOn(agent.Id, now);
        }
    }

    private void MoveInstances(DateTimeOffset now)
    {
        var slots = settings.MaxDraining;
        foreach (var (agent, reason) in AgentsToLeave(now))
        {
            if (agent.State == AgentState.Dead)
            {
                reasons.Explain(agent, reason, waits: false, now);
                continue;
            }

            var tasks = state.TasksOn(agent.Id);
            var movable = tasks.Where(CanMove).ToList();
            var moving = tasks.Count(t => t.Leaving is { Cause: LeaveCause.Drain } && t.IsLive);
            var mayStart = slots > 0;
            if (movable.Count + moving > 0)
                slots--;
            if (mayStart)
            {
                foreach (var task in movable)
                    convergence.Replace(task, LeaveCause.Drain, reason, now);
            }

            reasons.Explain(agent, reason, movable.Count > 0 && !mayStart, now);
        }
    }

    // Drains under way continue before others start.
    private List<(AgentRecord Agent, string Reason)> AgentsToLeave(DateTimeOffset now) =>
    [
        .. state.Agents.Values
            .Where(a => a.State != AgentState.Dead || !state.IsEmpty(a.Id))
            .Select(a => (Agent: a, Record: state.Machines.Binding(a.Host, a.Rack), Window: maintenance.Due(a.Id, now)))
            .Where(x => x.Record is { State: MachineState.Draining } || x.Window is not null)
            .OrderBy(x => state.TasksOn(x.Agent.Id).Any(t => t.Leaving is { Cause: LeaveCause.Drain }) ? 0 : 1)
            .ThenBy(x => x.Record is { State: MachineState.Draining } drain ? drain.Change.Since : x.Window!.Start)
            .ThenBy(x => x.Agent.Host, StringComparer.Ordinal).ThenBy(x => x.Agent.Id, StringComparer.Ordinal)
            .Select(x => (x.Agent, x.Record is { State: MachineState.Draining } drain
                ? $"{drain.Title} is drained by {drain.Change.By}{Wording.Because(drain.Change.Reason)}"
                : $"agent {x.Agent.Host} goes down for maintenance")),
    ];

    /// <summary>Instances move, runs finish on their own. A roll-out finishes first: it counts its instances where they are.</summary>
    private bool CanMove(TaskRecord task) =>
        task is { KillCause: null, Leaving: null, Phase: TaskPhase.Launching or TaskPhase.Starting or TaskPhase.Running }
        && state.Deploys[task.DeployId] is { KeepsRunning: true, State: DeployState.Active or DeployState.Retiring };
}
