using W = Pipeline.Mesos.Wire;
using Capability = Pipeline.Mesos.Wire.FrameworkInfo.Types.Capability.Types.Type;

namespace Pipeline.LocalMesos.Master;

/// <summary>SUBSCRIBE, failover, disconnection and removal of frameworks (recorded in 08 and 09). The lock is held.</summary>
public sealed class Subscriptions(MasterState state, Allocator allocator)
{
    public FrameworkStream Subscribe(W.Call.Types.Subscribe subscribe)
    {
        var stream = new FrameworkStream(state.Time);
        var info = subscribe.FrameworkInfo;
        if (InfoProblem(info) is { } problem)
            stream.Fail(problem);
        else if (info.Id is { } id && state.CompletedFrameworks.Exists(f => f.Id == id.Value))
            stream.Fail("Framework has been removed");
        else if (info.Id is { } known && state.Frameworks.TryGetValue(known.Value, out var framework))
            FailOver(framework, subscribe, stream);
        else
            Attach(Register(info), subscribe, stream);
        return stream;
    }

    /// <summary>The stream broke; the framework has its failover timeout to come back.</summary>
    public void Disconnected(FrameworkStream stream)
    {
        stream.End();
        if (state.Frameworks.Values.FirstOrDefault(f => f.Stream == stream) is not { } framework)
            return;
        framework.Stream = null;
        framework.Filters.Clear();
        state.RemoveOffers(o => o.Framework == framework, rescind: false);
        var timeout = TimeSpan.FromSeconds(Math.Clamp(framework.Info.FailoverTimeout, 0, TimeSpan.FromDays(45).TotalSeconds));
        framework.FailoverTimer = state.Time.CreateTimer(_ => FailoverTimedOut(framework), null, timeout, Timeout.InfiniteTimeSpan);
        allocator.Allocate();
    }

    /// <summary>Ends everything of the framework; no update tells it so.</summary>
    public void Remove(Framework framework)
    {
        framework.FailoverTimer?.Dispose();
        state.RemoveOffers(o => o.Framework == framework, rescind: false);
        foreach (var agent in state.Agents)
            agent.Agent.RemoveFramework(framework.Id);
        foreach (var task in framework.Tasks.Values.ToList())
        {
            if (!task.State.IsTerminal() && task.UnreachableSince is null && state.Agent(task.AgentId) is { } agent)
                agent.Free = agent.Free.Plus(task.Resources);
            task.State = task.State.IsTerminal() ? task.State : W.TaskState.TaskKilled;
            state.Complete(framework, task);
        }

        framework.Stream?.End();
        framework.Stream = null;
        state.Complete(framework);
        allocator.Allocate();
    }

    private Framework Register(W.FrameworkInfo info)
    {
        info.Id ??= new W.FrameworkID { Value = state.NextFrameworkId() };
        var framework = new Framework(info.Id.Value, info, state.Now);
        state.Frameworks.Add(framework.Id, framework);
        return framework;
    }

    private void FailOver(Framework framework, W.Call.Types.Subscribe subscribe, FrameworkStream stream)
    {
        var (old, now) = (framework.Info, subscribe.FrameworkInfo);
        if (old.Principal != now.Principal)
        {
            stream.Fail("Changing framework's principal is not allowed.");
            return;
        }

        framework.Stream?.Fail("Framework failed over");
        framework.FailoverTimer?.Dispose();
        framework.FailoverTimer = null;
        framework.Filters.Clear();
        state.RemoveOffers(o => o.Framework == framework, rescind: false);
        // Both are fixed at the first registration; a change is ignored without a word.
        (now.User, now.Checkpoint) = (old.User, old.Checkpoint);
        framework.Info = now;
        framework.Reregistered = state.Now;
        Attach(framework, subscribe, stream);
    }

    private void Attach(Framework framework, W.Call.Types.Subscribe subscribe, FrameworkStream stream)
    {
        framework.SuppressedRoles.Clear();
        framework.SuppressedRoles.UnionWith(subscribe.SuppressedRoles);
        framework.Stream = stream;
        stream.Send(new W.Event
        {
            Type = W.Event.Types.Type.Subscribed,
            Subscribed = new W.Event.Types.Subscribed
            {
                FrameworkId = new W.FrameworkID { Value = framework.Id },
                HeartbeatIntervalSeconds = FrameworkStream.HeartbeatInterval.TotalSeconds,
                MasterInfo = state.Info(),
            },
        });
        stream.StartHeartbeats();
        foreach (var agent in state.Agents)
            agent.Agent.Resend(framework.Id);
        allocator.Allocate();
    }

    private void FailoverTimedOut(Framework framework)
    {
        lock (state.Gate)
        {
            if (!framework.Connected && state.Frameworks.ContainsKey(framework.Id))
                Remove(framework);
        }
    }

    private static string? InfoProblem(W.FrameworkInfo info)
    {
        var multiRole = info.Capabilities.Any(c => c.Type == Capability.MultiRole);
        if (!multiRole && info.Roles.Count > 0)
            return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
        if (multiRole && info.HasRole)
            return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
        foreach (var role in info.Roles)
        {
            if (role.Split('/').FirstOrDefault(part => part.Any(c => char.IsWhiteSpace(c) || c == '\b')) is { } bad)
                return $"'FrameworkInfo.roles' contains invalid role: Role component '{bad}' is invalid because it contains " +
                    "backspace or whitespace";
        }

        return null;
    }
}
