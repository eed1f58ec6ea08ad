using Pipeline.LocalMesos.Master.Allocation;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Master.Liveness;

/// <summary>Agents that come back (recorded in 12a to 12g). The lock is held.</summary>
/// <param name="recovered">Tasks that an agent reports to a master which restarted and knows only part of them.</param>
internal sealed class AgentRegistration(
    MasterState state, Allocator allocator, Func<AgentSlot, IEnumerable<(Framework Framework, MasterTask Task)>> recovered)
{
    /// <summary>The agent connects again, and registers again unless it was only disconnected.</summary>
    public void Reconnect(AgentSlot agent)
    {
        agent.StopPingTimeout();
        var before = agent.Presence;
        (agent.Presence, agent.IsDisconnected, agent.UnreachableSince) = (AgentPresence.Registered, false, null);
        agent.Reregistered = state.Now;
        if (before != AgentPresence.Registered)
            Register(agent, before);
        agent.Agent.Reconnect();
        allocator.Allocate();
    }

    private void Register(AgentSlot agent, AgentPresence before)
    {
        agent.Registered = state.Now;
        agent.Free = agent.Total;
        foreach (var (framework, task) in recovered(agent).Where(t => !t.Framework.Tasks.ContainsKey(t.Task.Id)))
            framework.Tasks.Add(task.Id, task);
        foreach (var (framework, task) in state.TasksOn(agent))
        {
            task.UnreachableSince = null;
            if (task.State.IsTerminal())
                continue;
            agent.Free = agent.Free.Minus(task.Resources);
            Readmit(framework, task, agent, before);
        }

        foreach (var executor in state.Frameworks.Values.SelectMany(f => f.Executors.Values).Where(e => e.AgentId == agent.Id))
            agent.Free = agent.Free.Minus(executor.Resources);
        state.Changes.OnAgentAdded(agent);
    }

    private void Readmit(Framework framework, MasterTask task, AgentSlot agent, AgentPresence before)
    {
        // The statuses that the master itself made while the agent was away do not count any more.
        task.Statuses.RemoveAll(s => s.Source == W.TaskStatus.Types.Source.Master);
        task.LastSent = null;
        state.Changes.OnTaskAdded(framework, task);
        // The agent itself reports a task that died with it, right after this.
        if (before == AgentPresence.Recovered || !agent.Agent.IsRunning(framework.Id, task.Id))
            return;
        var message = before == AgentPresence.Unreachable ? "Unreachable agent re-reregistered" : "Unknown agent reregistered";
        framework.Send(Statuses.Update(Statuses.Latest(task, Reason.AgentReregistered, message, state.Now)));
    }
}
