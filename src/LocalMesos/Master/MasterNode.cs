using Pipeline.LocalMesos.Agents;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>The master: takes calls that are already validated, and what its agents say.</summary>
public sealed class MasterNode : IDisposable
{
    private static readonly TimeSpan AllocationInterval = TimeSpan.FromSeconds(1);
    private readonly Launches launches;
    private readonly Reconciliation reconciliation;
    private readonly ITimer cycle;

    public MasterNode(MasterState state, TimeSpan agentTimeout)
    {
        State = state;
        Allocator = new Allocator(state);
        Subscriptions = new Subscriptions(state, Allocator);
        Liveness = new AgentLiveness(state, Allocator, agentTimeout);
        launches = new Launches(state);
        reconciliation = new Reconciliation(state);
        cycle = state.Time.CreateTimer(_ => Cycle(), null, AllocationInterval, AllocationInterval);
    }

    public MasterState State { get; }

    public Allocator Allocator { get; }

    public Subscriptions Subscriptions { get; }

    public AgentLiveness Liveness { get; }

    public void Add(Agent agent, ResourceSet total)
    {
        agent.Changed = (framework, status) => StateChanged(agent, framework, status);
        agent.Deliver = Deliver;
        State.Agents.Add(new AgentSlot(agent, total, State.Now));
    }

    /// <summary>Any call but SUBSCRIBE. The lock is held.</summary>
    public void Handle(Framework framework, W.Call call)
    {
        switch (call.Type)
        {
            case W.Call.Types.Type.Accept:
                launches.Accept(framework, call.Accept);
                break;
            case W.Call.Types.Type.Decline:
                launches.Decline(framework, call.Decline.OfferIds, call.Decline.Filters);
                break;
            case W.Call.Types.Type.Revive:
                Revive(framework, call.Revive?.Roles);
                break;
            case W.Call.Types.Type.Suppress:
                framework.SuppressedRoles.UnionWith(RolesOr(framework, call.Suppress?.Roles));
                break;
            case W.Call.Types.Type.Kill:
                Kill(framework, call.Kill);
                break;
            case W.Call.Types.Type.Acknowledge:
                Acknowledge(framework, call.Acknowledge);
                break;
            case W.Call.Types.Type.Reconcile:
                reconciliation.Answer(framework, call.Reconcile.Tasks);
                break;
            case W.Call.Types.Type.Teardown:
                Subscriptions.Remove(framework);
                break;
            case W.Call.Types.Type.UpdateFramework:
                Update(framework, call.UpdateFramework);
                break;
        }
    }

    public void Dispose() => cycle.Dispose();

    private static IReadOnlyList<string> RolesOr(Framework framework, IReadOnlyList<string>? roles) =>
        roles is { Count: > 0 } ? roles : framework.Roles;

    private void Cycle()
    {
        lock (State.Gate)
            Allocator.Allocate();
    }

    private void Revive(Framework framework, IReadOnlyList<string>? asked)
    {
        var roles = RolesOr(framework, asked);
        framework.SuppressedRoles.ExceptWith(roles);
        framework.Filters.RemoveAll(f => roles.Contains(f.Role));
        Allocator.Allocate();
    }

    private void Kill(Framework framework, W.Call.Types.Kill kill)
    {
        var grace = kill.KillPolicy?.GracePeriod is { } g ? TimeSpan.FromTicks(g.Nanoseconds / 100) : (TimeSpan?)null;
        if (!framework.Tasks.TryGetValue(kill.TaskId.Value, out var task) || task.UnreachableSince is not null)
            reconciliation.Answer(framework, kill.TaskId.Value, kill.AgentId?.Value);
        else if (kill.AgentId is null || kill.AgentId.Value == task.AgentId)
            State.Agent(task.AgentId)?.Agent.Kill(framework.Id, task.Id, grace);
    }

    private void Acknowledge(Framework framework, W.Call.Types.Acknowledge ack)
    {
        var over = State.Agent(ack.AgentId.Value)?.Agent.Acknowledge(framework.Id, ack.TaskId.Value, ack.Uuid) ?? false;
        if (over && framework.Tasks.TryGetValue(ack.TaskId.Value, out var task))
            State.Complete(framework, task);
    }

    private void Update(Framework framework, W.Call.Types.UpdateFramework update)
    {
        framework.Info = update.FrameworkInfo;
        framework.SuppressedRoles.Clear();
        framework.SuppressedRoles.UnionWith(update.SuppressedRoles);
        Allocator.Allocate();
    }

    private void StateChanged(Agent agent, string frameworkId, W.TaskStatus status)
    {
        if (!State.Frameworks.TryGetValue(frameworkId, out var framework) || !framework.Tasks.TryGetValue(status.TaskId.Value, out var task)
            || task.State.IsTerminal())
            return;
        (task.State, task.Latest) = (status.State, status);
        if (!status.State.IsTerminal() || State.Agent(agent.Identity.Id) is not { } slot)
            return;
        slot.Free = slot.Free.Plus(task.Resources);
        // At once and not with the next cycle: the next task may be waiting for just this.
        Allocator.Allocate();
    }

    private void Deliver(string frameworkId, W.TaskStatus status)
    {
        if (State.Frameworks.TryGetValue(frameworkId, out var framework))
            framework.Send(Statuses.Update(status));
    }
}
