using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Master;

/// <summary>Agents that are lost, leave and come back (recorded in 12a to 12g and 14). The lock is held.</summary>
public sealed class AgentLiveness(MasterState state, Allocator allocator, TimeSpan agentTimeout)
{
    /// <summary>Its connection breaks, its tasks die.</summary>
    public void Kill(AgentSlot agent)
    {
        agent.Agent.PowerOff();
        Disconnect(agent);
    }

    /// <summary>The agent's process dies, its tasks run on.</summary>
    public void Crash(AgentSlot agent)
    {
        agent.Agent.Partition();
        Disconnect(agent);
    }

    /// <summary>Nothing is heard of it any more, though its tasks run on.</summary>
    public void Partition(AgentSlot agent)
    {
        agent.Agent.Partition();
        if (agent.IsRegistered && agent.PingTimeout is null)
            StartPingTimeout(agent);
    }

    /// <summary>It says goodbye; its tasks end with it.</summary>
    public void Unregister(AgentSlot agent) =>
        Remove(agent, AgentPresence.Removed, $"Agent {agent.Agent.Identity.Hostname} removed: the agent unregistered");

    /// <summary>Taken down by an operator's START_MAINTENANCE.</summary>
    public void TakeDown(AgentSlot agent) =>
        Remove(agent, AgentPresence.Removed, $"Agent {agent.Agent.Identity.Hostname} removed: Operator initiated 'Machine DOWN'");

    public void MarkGone(AgentSlot agent) => Remove(agent, AgentPresence.Gone, "Agent has been marked gone");

    /// <summary>After a restart of the master: the agent is in the registry, or not even that.</summary>
    public static void Forget(AgentSlot agent, bool registryKept)
    {
        StopPings(agent);
        agent.Presence = registryKept ? AgentPresence.Recovered : AgentPresence.Removed;
        (agent.IsDisconnected, agent.UnreachableSince) = (false, null);
    }

    /// <summary>It registers again.</summary>
    public void Return(AgentSlot agent)
    {
        StopPings(agent);
        var was = agent.Presence;
        (agent.Presence, agent.IsDisconnected, agent.UnreachableSince) = (AgentPresence.Registered, false, null);
        agent.Reregistered = state.Now;
        if (was != AgentPresence.Registered)
            Reregister(agent, was);
        agent.Agent.Return();
        allocator.Allocate();
    }

    /// <summary>A framework that a restarted master has not heard of yet may still have tasks.</summary>
    public Func<AgentSlot, IEnumerable<(Framework Framework, MasterTask Task)>> Remembered { get; set; } = _ => [];

    private static void StopPings(AgentSlot agent)
    {
        agent.PingTimeout?.Dispose();
        agent.PingTimeout = null;
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
        agent.PingTimeout = state.Time.CreateTimer(_ => TimedOut(agent), null, agentTimeout, Timeout.InfiniteTimeSpan);

    private void TimedOut(AgentSlot agent)
    {
        lock (state.Gate)
        {
            if (agent.PingTimeout is null || !agent.IsRegistered)
                return;
            StopPings(agent);
            (agent.Presence, agent.UnreachableSince) = (AgentPresence.Unreachable, state.Now);
            state.RemoveOffers(o => o.Agent == agent, rescind: true);
            agent.Free = ResourceSet.Empty;
            foreach (var (framework, task) in state.TasksOn(agent).Where(t => !t.Task.State.IsTerminal()))
                MarkUnreachable(framework, task, agent);
            ForgetFilters(agent);
            TellFailure(agent);
        }
    }

    private void MarkUnreachable(Framework framework, MasterTask task, AgentSlot agent)
    {
        task.UnreachableSince = state.Now;
        state.Tell(framework, task, Statuses.Of(
            task.Id, agent.Id, framework.IsPartitionAware ? W.TaskState.TaskUnreachable : W.TaskState.TaskLost, Reason.AgentRemoved,
            "health check timed out", state.Now, task.UnreachableSince));
    }

    private void LoseTask(Framework framework, MasterTask task, AgentSlot agent)
    {
        agent.Agent.Forget(framework.Id, task.Id);
        agent.Free = agent.Free.Plus(task.Resources);
        End(framework, task, W.TaskState.TaskLost, Reason.AgentDisconnected, $"Agent {agent.Agent.Identity.Hostname} disconnected");
    }

    private void Remove(AgentSlot agent, AgentPresence presence, string message)
    {
        var wasRegistered = agent.IsRegistered;
        StopPings(agent);
        agent.Presence = presence;
        foreach (var (framework, task) in state.TasksOn(agent))
        {
            var gone = presence == AgentPresence.Gone && framework.IsPartitionAware;
            if (task.State.IsTerminal())
                state.Complete(framework, task);
            else
                End(framework, task, gone ? W.TaskState.TaskGoneByOperator : W.TaskState.TaskLost,
                    gone ? Reason.AgentRemovedByOperator : Reason.AgentRemoved, message);
        }

        state.RemoveOffers(o => o.Agent == agent, rescind: true);
        agent.Free = ResourceSet.Empty;
        ForgetExecutors(agent);
        ForgetFilters(agent);
        agent.Agent.ForgetAll();
        agent.Agent.Partition();
        if (!wasRegistered)
            return;
        TellFailure(agent);
        // Watchers hear nothing of an agent that is marked gone (recorded in 14c).
        if (presence != AgentPresence.Gone)
            state.Feed.AgentRemoved(agent);
    }

    private void End(Framework framework, MasterTask task, W.TaskState end, Reason reason, string message)
    {
        task.State = end;
        state.Tell(framework, task, Statuses.Of(task.Id, task.AgentId, end, reason, message, state.Now));
        state.Complete(framework, task);
    }

    private void TellFailure(AgentSlot agent)
    {
        foreach (var framework in state.Frameworks.Values)
            framework.Send(new W.Event
            {
                Type = W.Event.Types.Type.Failure,
                Failure = new W.Event.Types.Failure { AgentId = new W.AgentID { Value = agent.Id } },
            });
    }

    // What was declined of an agent is offered again when it comes back.
    private void ForgetFilters(AgentSlot agent)
    {
        foreach (var framework in state.Frameworks.Values)
            framework.Filters.RemoveAll(f => f.AgentId == agent.Id);
    }

    private void ForgetExecutors(AgentSlot agent)
    {
        foreach (var framework in state.Frameworks.Values)
        {
            foreach (var key in framework.Executors.Keys.Where(k => k.Agent == agent.Id).ToList())
                framework.Executors.Remove(key);
        }
    }

    private void Reregister(AgentSlot agent, AgentPresence was)
    {
        agent.Registered = state.Now;
        agent.Free = agent.Total;
        foreach (var (framework, task) in Remembered(agent).Where(t => !t.Framework.Tasks.ContainsKey(t.Task.Id)))
            framework.Tasks.Add(task.Id, task);
        foreach (var (framework, task) in state.TasksOn(agent))
        {
            task.UnreachableSince = null;
            if (task.State.IsTerminal())
                continue;
            agent.Free = agent.Free.Minus(task.Resources);
            // What only the master said while the agent was away is forgotten with it.
            task.Statuses.RemoveAll(s => s.Source == W.TaskStatus.Types.Source.Master);
            task.LastSent = null;
            state.Feed.TaskAdded(framework, task);
            // A task that died with the agent is reported by the agent itself, right after.
            if (was != AgentPresence.Recovered && agent.Agent.IsRunning(framework.Id, task.Id))
                TellBack(framework, task, was);
        }

        foreach (var executor in state.Frameworks.Values.SelectMany(f => f.Executors.Values).Where(e => e.AgentId == agent.Id))
            agent.Free = agent.Free.Minus(executor.Resources);
        state.Feed.AgentAdded(agent);
    }

    private void TellBack(Framework framework, MasterTask task, AgentPresence was)
    {
        framework.Send(Statuses.Update(Statuses.Latest(
            task, Reason.AgentReregistered, was == AgentPresence.Unreachable ? "Unreachable agent re-reregistered" : "Unknown agent reregistered",
            state.Now)));
    }
}
