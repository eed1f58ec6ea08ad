using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Master.Liveness;

/// <summary>Agents that are lost or leave (recorded in 12a to 12g and 14). The lock is held.</summary>
/// <param name="timeout">After this long without a connection an agent is unreachable.</param>
internal sealed class AgentLiveness(MasterState state, TimeSpan timeout)
{
    /// <summary>The agent's machine loses power: its connection breaks and its tasks die.</summary>
    public void PowerOff(AgentSlot agent)
    {
        agent.Agent.PowerOff();
        Disconnect(agent);
    }

    /// <summary>The agent's process dies: its connection breaks, its tasks run on.</summary>
    public void Crash(AgentSlot agent)
    {
        agent.Agent.Partition();
        Disconnect(agent);
    }

    /// <summary>The network between the agent and its master fails, which only the ping timeout reveals; its tasks run on.</summary>
    public void Partition(AgentSlot agent)
    {
        agent.Agent.Partition();
        if (agent.IsRegistered && agent.PingTimeout is null)
            StartPingTimeout(agent);
    }

    /// <summary>The agent shuts down in an orderly way; its tasks end with it.</summary>
    public void Unregister(AgentSlot agent) =>
        Remove(agent, AgentPresence.Removed, $"Agent {agent.Hostname} removed: the agent unregistered");

    /// <summary>An operator's START_MAINTENANCE took its machine down.</summary>
    public void TakeDown(AgentSlot agent) =>
        Remove(agent, AgentPresence.Removed, $"Agent {agent.Hostname} removed: Operator initiated 'Machine DOWN'");

    /// <summary>An operator's MARK_AGENT_GONE.</summary>
    public void MarkGone(AgentSlot agent) => Remove(agent, AgentPresence.Gone, "Agent has been marked gone");

    /// <summary>After a restart of the master the agent is known from its registry, or not at all.</summary>
    public static void Forget(AgentSlot agent, bool registryKept)
    {
        agent.StopPingTimeout();
        agent.Presence = registryKept ? AgentPresence.Recovered : AgentPresence.Removed;
        (agent.IsDisconnected, agent.UnreachableSince) = (false, null);
    }

    private void Disconnect(AgentSlot agent)
    {
        if (!agent.IsRegistered || agent.IsDisconnected)
            return;
        agent.IsDisconnected = true;
        state.RemoveOffers(o => o.Agent == agent, rescind: true);
        foreach (var (framework, task) in state.TasksOn(agent).Where(t => !t.Framework.Info.Checkpoint))
            LoseTask(framework, task, agent);
        StartPingTimeout(agent);
    }

    private void StartPingTimeout(AgentSlot agent) =>
        agent.PingTimeout = state.Time.CreateTimer(_ => TimedOut(agent), null, timeout, Timeout.InfiniteTimeSpan);

    private void TimedOut(AgentSlot agent)
    {
        lock (state.Gate)
        {
            if (agent.PingTimeout is null || !agent.IsRegistered)
                return;
            agent.StopPingTimeout();
            (agent.Presence, agent.UnreachableSince) = (AgentPresence.Unreachable, state.Now);
            state.RemoveOffers(o => o.Agent == agent, rescind: true);
            agent.Free = ResourceSet.Empty;
            foreach (var (framework, task) in state.TasksOn(agent).Where(t => !t.Task.State.IsTerminal()))
                MarkUnreachable(framework, task, agent);
            RemoveFilters(agent);
            SendFailure(agent);
        }
    }

    private void MarkUnreachable(Framework framework, MasterTask task, AgentSlot agent)
    {
        task.UnreachableSince = state.Now;
        state.Send(framework, task, Statuses.Of(
            task.Id, agent.Id, framework.IsPartitionAware ? W.TaskState.TaskUnreachable : W.TaskState.TaskLost, Reason.AgentRemoved,
            "health check timed out", state.Now, task.UnreachableSince));
    }

    private void LoseTask(Framework framework, MasterTask task, AgentSlot agent)
    {
        agent.Agent.RemoveTask(framework.Id, task.Id);
        agent.Free = agent.Free.Plus(task.Resources);
        End(framework, task, W.TaskState.TaskLost, Reason.AgentDisconnected, $"Agent {agent.Hostname} disconnected");
    }

    private void Remove(AgentSlot agent, AgentPresence presence, string message)
    {
        var wasRegistered = agent.IsRegistered;
        agent.StopPingTimeout();
        agent.Presence = presence;
        foreach (var (framework, task) in state.TasksOn(agent))
        {
            var gone = presence == AgentPresence.Gone && framework.IsPartitionAware;
            if (task.State.IsTerminal())
                framework.Complete(task);
            else
                End(framework, task, gone ? W.TaskState.TaskGoneByOperator : W.TaskState.TaskLost,
                    gone ? Reason.AgentRemovedByOperator : Reason.AgentRemoved, message);
        }

        state.RemoveOffers(o => o.Agent == agent, rescind: true);
        agent.Free = ResourceSet.Empty;
        RemoveExecutors(agent);
        RemoveFilters(agent);
        agent.Agent.RemoveAllTasks();
        agent.Agent.Partition();
        if (!wasRegistered)
            return;
        SendFailure(agent);
        // The operator API sends no event for an agent that is marked gone (recorded in 14c).
        if (presence != AgentPresence.Gone)
            state.Changes.OnAgentRemoved(agent);
    }

    private void End(Framework framework, MasterTask task, W.TaskState end, Reason reason, string message) =>
        state.End(framework, task, Statuses.Of(task.Id, task.AgentId, end, reason, message, state.Now));

    private void SendFailure(AgentSlot agent)
    {
        foreach (var framework in state.Frameworks.Values)
            framework.Send(new W.Event
            {
                Type = W.Event.Types.Type.Failure,
                Failure = new W.Event.Types.Failure { AgentId = new W.AgentID { Value = agent.Id } },
            });
    }

    // Resources that were declined are offered again when the agent comes back.
    private void RemoveFilters(AgentSlot agent)
    {
        foreach (var framework in state.Frameworks.Values)
            framework.Filters.RemoveAll(f => f.AgentId == agent.Id);
    }

    private void RemoveExecutors(AgentSlot agent)
    {
        foreach (var framework in state.Frameworks.Values)
        {
            foreach (var key in framework.Executors.Keys.Where(k => k.Agent == agent.Id).ToList())
                framework.Executors.Remove(key);
        }
    }
}
