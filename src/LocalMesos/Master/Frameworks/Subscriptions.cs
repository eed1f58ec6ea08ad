using Pipeline.LocalMesos.Master.Allocation;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.Frameworks;

/// <summary>SUBSCRIBE, failover, disconnection and removal of frameworks (recorded in 08 and 09). The lock is held.</summary>
internal sealed class Subscriptions(MasterState state, Allocator allocator)
{
    private static readonly W.Event Heartbeat = new() { Type = W.Event.Types.Type.Heartbeat };

    public EventStream Subscribe(W.Call.Types.Subscribe subscribe)
    {
        var stream = new EventStream(state.Time);
        var info = subscribe.FrameworkInfo;
        if (FrameworkInfoRules.Problem(info) is { } problem)
            stream.Fail(problem);
        else if (info.Id is { } id && state.CompletedFrameworks.Exists(f => f.Id == id.Value))
            stream.Fail("Framework has been removed");
        else if (info.Id is { } known && state.Frameworks.TryGetValue(known.Value, out var framework))
            FailOver(framework, subscribe, stream);
        else
        {
            var registered = Register(info);
            Attach(registered, subscribe, stream);
            state.Changes.OnFrameworkAdded(registered);
            allocator.Allocate();
        }

        return stream;
    }

    /// <summary>The stream broke: the framework may subscribe again within its failover timeout.</summary>
    public void Disconnected(EventStream stream)
    {
        stream.End();
        if (state.Frameworks.Values.FirstOrDefault(f => f.Stream == stream) is not { } framework)
            return;
        framework.Stream = null;
        framework.Filters.Clear();
        state.InverseOffers.RemoveAll(o => o.Framework == framework);
        state.RemoveOffers(o => o.Framework == framework, rescind: false);
        var timeout = TimeSpan.FromSeconds(Math.Clamp(framework.Info.FailoverTimeout, 0, TimeSpan.FromDays(45).TotalSeconds));
        framework.FailoverTimer = state.Time.CreateTimer(_ => FailoverTimedOut(framework), null, timeout, Timeout.InfiniteTimeSpan);
        allocator.AllocateFreed();
    }

    /// <summary>Removes the framework with all its tasks; no update tells it so.</summary>
    public void Remove(Framework framework)
    {
        framework.FailoverTimer?.Dispose();
        state.RemoveOffers(o => o.Framework == framework, rescind: false);
        foreach (var agent in state.Agents)
            agent.Agent.RemoveFramework(framework.Id);
        foreach (var task in framework.Tasks.Values.ToList())
            End(framework, task);
        foreach (var executor in framework.Executors.Values)
            Free(executor.AgentId, executor.Resources);
        framework.Executors.Clear();
        framework.Stream?.End();
        framework.Stream = null;
        state.Complete(framework);
        allocator.ForgetUnusedRoles();
        state.Changes.OnFrameworkRemoved(framework);
        allocator.AllocateFreed();
    }

    private void End(Framework framework, MasterTask task)
    {
        if (!task.State.IsTerminal())
        {
            if (task.UnreachableSince is null)
                Free(task.AgentId, task.Resources);
            task.State = W.TaskState.TaskKilled;
            var status = Statuses.Of(
                task.Id, task.AgentId, W.TaskState.TaskKilled, W.TaskStatus.Types.Reason.FrameworkRemoved,
                $"Framework {framework.Id} removed", state.Now);
            task.Record(status);
            state.Changes.OnTaskUpdated(framework, task, status);
        }

        framework.Complete(task);
    }

    private void Free(string agentId, ResourceSet resources)
    {
        if (state.Agent(agentId) is { IsRegistered: true } agent)
            agent.Free = agent.Free.Plus(resources);
    }

    private Framework Register(W.FrameworkInfo info)
    {
        info.Id ??= new W.FrameworkID { Value = state.NextFrameworkId() };
        var framework = new Framework(info.Id.Value, info, state.Now);
        state.Frameworks.Add(framework.Id, framework);
        return framework;
    }

    private void FailOver(Framework framework, W.Call.Types.Subscribe subscribe, EventStream stream)
    {
        var (old, now) = (framework.Info, subscribe.FrameworkInfo);
        if (old.Principal != now.Principal)
        {
            stream.Fail("Changing framework's principal is not allowed.");
            return;
        }

        // Only a framework that was not active gets offers before the next cycle (recorded in 08).
        var takesOver = framework.Connected;
        framework.Stream?.Fail("Framework failed over");
        framework.FailoverTimer?.Dispose();
        framework.FailoverTimer = null;
        framework.Filters.Clear();
        state.InverseOffers.RemoveAll(o => o.Framework == framework);
        state.RemoveOffers(o => o.Framework == framework, rescind: false);
        // Both are fixed at the first registration; a change is silently ignored.
        (now.User, now.Checkpoint) = (old.User, old.Checkpoint);
        framework.Info = now;
        framework.IsRecovered = false;
        framework.Reregistered = state.Now;
        Attach(framework, subscribe, stream);
        if (takesOver)
            allocator.AllocateFreed();
        else
            allocator.Allocate();
    }

    /// <summary>The stream becomes that of the framework.</summary>
    private void Attach(Framework framework, W.Call.Types.Subscribe subscribe, EventStream stream)
    {
        framework.SuppressedRoles.Clear();
        framework.SuppressedRoles.UnionWith(subscribe.SuppressedRoles);
        framework.Constraints = subscribe.OfferConstraints is { } constraints ? new OfferConstraints(constraints) : null;
        framework.Stream = stream;
        stream.Send(Subscribed(framework));
        stream.StartHeartbeats(Heartbeat);
        foreach (var agent in state.Agents.Where(a => a.IsRegistered))
            agent.Agent.ResendUpdates(framework.Id);
    }

    private W.Event Subscribed(Framework framework) => new()
    {
        Type = W.Event.Types.Type.Subscribed,
        Subscribed = new W.Event.Types.Subscribed
        {
            FrameworkId = new W.FrameworkID { Value = framework.Id },
            HeartbeatIntervalSeconds = EventStream.HeartbeatInterval.TotalSeconds,
            MasterInfo = state.Info(),
        },
    };

    private void FailoverTimedOut(Framework framework)
    {
        lock (state.Gate)
        {
            if (!framework.Connected && state.Frameworks.ContainsKey(framework.Id))
                Remove(framework);
        }
    }
}
