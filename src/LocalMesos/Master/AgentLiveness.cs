using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Master;

/// <summary>Agents that are lost and come back (recorded in 12a). The lock is held.</summary>
public sealed class AgentLiveness(MasterState state, Allocator allocator, TimeSpan agentTimeout)
{
    /// <summary>Its connection breaks, its tasks die.</summary>
    public void Kill(AgentSlot agent)
    {
        agent.Agent.PowerOff();
        if (!agent.IsRegistered || agent.IsDisconnected)
            return;
        agent.IsDisconnected = true;
        state.RemoveOffers(o => o.Agent == agent, rescind: true);
        foreach (var (framework, task) in TasksOn(agent).Where(t => !t.Framework.Info.Checkpoint))
            LoseTask(framework, task, agent);
        StartPingTimeout(agent);
    }

    /// <summary>Nothing is heard of it any more, though its tasks run on.</summary>
    public void Partition(AgentSlot agent)
    {
        agent.Agent.Partition();
        if (agent.IsRegistered && agent.PingTimeout is null)
            StartPingTimeout(agent);
    }

    public void Return(AgentSlot agent)
    {
        agent.PingTimeout?.Dispose();
        agent.PingTimeout = null;
        var wasUnreachable = !agent.IsRegistered;
        (agent.IsRegistered, agent.IsDisconnected, agent.UnreachableSince) = (true, false, null);
        agent.Reregistered = state.Now;
        if (wasUnreachable)
            Reregister(agent);
        agent.Agent.Return();
        allocator.Allocate();
    }

    private void StartPingTimeout(AgentSlot agent) =>
        agent.PingTimeout = state.Time.CreateTimer(_ => TimedOut(agent), null, agentTimeout, Timeout.InfiniteTimeSpan);

    private void TimedOut(AgentSlot agent)
    {
        lock (state.Gate)
        {
            if (agent.PingTimeout is null || !agent.IsRegistered)
                return;
            agent.PingTimeout.Dispose();
            agent.PingTimeout = null;
            (agent.IsRegistered, agent.UnreachableSince) = (false, state.Now);
            state.RemoveOffers(o => o.Agent == agent, rescind: true);
            agent.Free = ResourceSet.Empty;
            foreach (var (framework, task) in TasksOn(agent).Where(t => !t.Task.State.IsTerminal()))
                MarkUnreachable(framework, task, agent);
            foreach (var framework in state.Frameworks.Values)
                framework.Send(new W.Event
                {
                    Type = W.Event.Types.Type.Failure,
                    Failure = new W.Event.Types.Failure { AgentId = new W.AgentID { Value = agent.Id } },
                });
        }
    }

    private void MarkUnreachable(Framework framework, MasterTask task, AgentSlot agent)
    {
        task.UnreachableSince = state.Now;
        framework.Send(Statuses.Update(Statuses.Of(
            task.Id, agent.Id, framework.IsPartitionAware ? W.TaskState.TaskUnreachable : W.TaskState.TaskLost, Reason.AgentRemoved,
            "health check timed out", state.Now, task.UnreachableSince)));
    }

    private void LoseTask(Framework framework, MasterTask task, AgentSlot agent)
    {
        agent.Agent.Forget(framework.Id, task.Id);
        task.State = W.TaskState.TaskLost;
        state.Complete(framework, task);
        agent.Free = agent.Free.Plus(task.Resources);
        framework.Send(Statuses.Update(Statuses.Of(
            task.Id, agent.Id, W.TaskState.TaskLost, Reason.AgentDisconnected, $"Agent {agent.Agent.Identity.Hostname} disconnected",
                state.Now)));
    }

    private void Reregister(AgentSlot agent)
    {
        agent.Free = agent.Total;
        foreach (var (framework, task) in TasksOn(agent))
        {
            task.UnreachableSince = null;
            if (task.State.IsTerminal())
                continue;
            agent.Free = agent.Free.Minus(task.Resources);
            // A task that died with the agent is reported by the agent itself, right after.
            if (agent.Agent.IsRunning(framework.Id, task.Id))
                framework.Send(Statuses.Update(Statuses.Latest(
                    task, Reason.AgentReregistered, "Unreachable agent re-reregistered", state.Now)));
        }
    }

    private List<(Framework Framework, MasterTask Task)> TasksOn(AgentSlot agent) =>
        [.. state.Frameworks.Values.SelectMany(f => f.Tasks.Values.Where(t => t.AgentId == agent.Id).Select(t => (f, t)))];
}
