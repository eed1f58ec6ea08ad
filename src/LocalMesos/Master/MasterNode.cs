using Google.Protobuf;
using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Operator;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>The master: takes calls that are already validated, and what its agents say.</summary>
public sealed class MasterNode : IAgentLink, IDisposable
{
    private static readonly TimeSpan AllocationInterval = TimeSpan.FromSeconds(1);
    private readonly Launches launches;
    private readonly Operations operations;
    private readonly Reconciliation reconciliation;
    private readonly ITimer? cycle;
    private List<Framework> beforeRestart = [];

    public MasterNode(MasterState state, TimeSpan agentTimeout)
    {
        State = state;
        Allocator = new Allocator(state);
        state.Feed.Allocator = Allocator;
        Subscriptions = new Subscriptions(state, Allocator);
        Liveness = new AgentLiveness(state, Allocator, agentTimeout) { Remembered = Remembered };
        Maintenance = new Maintenance(state, Allocator, Liveness);
        Drains = new Drains(state, Liveness);
        operations = new Operations(state);
        launches = new Launches(state, operations);
        reconciliation = new Reconciliation(state);
        if (state.Options.Allocation != AllocationMode.OnDemand)
            cycle = state.Time.CreateTimer(_ => Locked(Cycle), null, AllocationInterval, AllocationInterval);
    }

    public MasterState State { get; }

    public Allocator Allocator { get; }

    public Subscriptions Subscriptions { get; }

    public AgentLiveness Liveness { get; }

    public Maintenance Maintenance { get; }

    public Drains Drains { get; }

    public void Add(Agent agent, ResourceSet total) => State.Add(new AgentSlot(agent, total, State.Now));

    /// <summary>One allocation cycle. The lock is held.</summary>
    public void Cycle()
    {
        Allocator.Allocate();
        Maintenance.Ask();
    }

    /// <summary>
    /// The master's process dies and comes back: streams break, it knows nothing but its registry. Agents come back when they are told
    /// to (restart). The lock is held.
    /// </summary>
    /// <param name="registryKept">A replicated log; otherwise not even the agents are known (recorded in 12f and 12g).</param>
    public void Restart(bool registryKept)
    {
        beforeRestart = [.. State.Frameworks.Values];
        foreach (var framework in beforeRestart)
        {
            framework.FailoverTimer?.Dispose();
            framework.Stream?.Cut();
            framework.Stream = null;
        }

        State.Feed.Cut();
        State.Restart();
        foreach (var agent in State.Agents.Where(a => a.Presence is AgentPresence.Registered or AgentPresence.Recovered))
        {
            agent.Agent.Partition();
            AgentLiveness.Forget(agent, registryKept);
        }
    }

    /// <summary>Any call but SUBSCRIBE. The lock is held.</summary>
    public void Handle(Framework framework, W.Call call)
    {
        switch (call.Type)
        {
            case W.Call.Types.Type.Accept:
                launches.Accept(framework, call.Accept);
                Allocator.Freed();
                break;
            case W.Call.Types.Type.Decline:
                launches.Decline(framework, call.Decline.OfferIds, call.Decline.Filters);
                break;
            case W.Call.Types.Type.AcceptInverseOffers:
                Maintenance.Answered(framework, call.AcceptInverseOffers.InverseOfferIds, true, call.AcceptInverseOffers.Filters);
                break;
            case W.Call.Types.Type.DeclineInverseOffers:
                Maintenance.Answered(framework, call.DeclineInverseOffers.InverseOfferIds, false, call.DeclineInverseOffers.Filters);
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
            case W.Call.Types.Type.Shutdown:
                State.Agent(call.Shutdown.AgentId.Value)?.Agent.ShutdownExecutor(framework.Id, call.Shutdown.ExecutorId.Value);
                break;
            case W.Call.Types.Type.Message:
                State.Agent(call.Message.AgentId.Value)?.Agent.Message(framework.Id, call.Message.ExecutorId.Value, call.Message.Data);
                break;
            case W.Call.Types.Type.Acknowledge:
                Acknowledge(framework, call.Acknowledge);
                break;
            case W.Call.Types.Type.Reconcile:
                reconciliation.Answer(framework, call.Reconcile.Tasks);
                break;
            case W.Call.Types.Type.AcknowledgeOperationStatus:
                Operations.Acknowledge(framework, call.AcknowledgeOperationStatus.OperationId.Value);
                break;
            case W.Call.Types.Type.ReconcileOperations:
                Operations.Reconcile(framework, call.ReconcileOperations.Operations);
                break;
            case W.Call.Types.Type.Teardown:
                Subscriptions.Remove(framework);
                break;
            case W.Call.Types.Type.UpdateFramework:
                Update(framework, call.UpdateFramework);
                break;
        }
    }

    public void Changed(Agent agent, string frameworkId, W.TaskStatus status)
    {
        if (!State.Frameworks.TryGetValue(frameworkId, out var framework) || !framework.Tasks.TryGetValue(status.TaskId.Value, out var task)
            || task.State.IsTerminal())
            return;
        (task.State, task.Latest) = (status.State, status);
        if (!status.State.IsTerminal() || State.Agent(agent.Identity.Id) is not { } slot)
            return;
        slot.Free = slot.Free.Plus(task.Resources);
        Allocator.Freed();
    }

    public void Deliver(Agent agent, string frameworkId, W.TaskStatus status)
    {
        if (!State.Frameworks.TryGetValue(frameworkId, out var framework))
            return;
        if (framework.Tasks.TryGetValue(status.TaskId.Value, out var task) && task.LastSent?.Uuid != status.Uuid
            && task.LastSent?.State.IsTerminal() != true)
        {
            task.LastSent = status;
            task.Heard(status);
            State.Feed.TaskUpdated(framework, task, status);
        }

        framework.Send(Statuses.Update(status));
    }

    public void ExecutorEnded(Agent agent, string frameworkId, string executorId, int status)
    {
        if (!State.Frameworks.TryGetValue(frameworkId, out var framework)
            || !framework.Executors.Remove((agent.Identity.Id, executorId), out var executor))
            return;
        if (State.Agent(agent.Identity.Id) is { } slot)
            slot.Free = slot.Free.Plus(executor.Resources);
        framework.Send(new W.Event
        {
            Type = W.Event.Types.Type.Failure,
            Failure = new W.Event.Types.Failure
            {
                AgentId = new W.AgentID { Value = agent.Identity.Id }, ExecutorId = new W.ExecutorID { Value = executorId }, Status = status,
            },
        });
        Allocator.Freed();
    }

    public void Message(Agent agent, string frameworkId, string executorId, ByteString data)
    {
        if (State.Frameworks.TryGetValue(frameworkId, out var framework))
            framework.Send(new W.Event
            {
                Type = W.Event.Types.Type.Message,
                Message = new W.Event.Types.Message
                {
                    AgentId = new W.AgentID { Value = agent.Identity.Id }, ExecutorId = new W.ExecutorID { Value = executorId }, Data = data,
                },
            });
    }

    public void Dispose() => cycle?.Dispose();

    private static IReadOnlyList<string> RolesOr(Framework framework, IReadOnlyList<string>? roles) =>
        roles is { Count: > 0 } ? roles : framework.Roles;

    private void Locked(Action action)
    {
        lock (State.Gate)
            action();
    }

    /// <summary>What an agent tells a restarted master of its tasks.</summary>
    private IEnumerable<(Framework Framework, MasterTask Task)> Remembered(AgentSlot agent)
    {
        foreach (var old in beforeRestart)
        {
            foreach (var task in old.Tasks.Values.Where(t => t.AgentId == agent.Id && agent.Agent.IsRunning(old.Id, t.Id)))
            {
                if (!State.Frameworks.TryGetValue(old.Id, out var framework))
                {
                    framework = new Framework(old.Id, old.Info, State.Now) { IsRecovered = true };
                    State.Frameworks.Add(old.Id, framework);
                }

                yield return (framework, task);
            }
        }
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
        if (!framework.Tasks.TryGetValue(kill.TaskId.Value, out var task) || task.UnreachableSince is not null)
            reconciliation.Answer(framework, kill.TaskId.Value, kill.AgentId?.Value);
        else if (kill.AgentId is null || kill.AgentId.Value == task.AgentId)
            State.Agent(task.AgentId)?.Agent.Kill(framework.Id, task.Id, kill.KillPolicy);
    }

    private void Acknowledge(Framework framework, W.Call.Types.Acknowledge ack)
    {
        if (State.Agent(ack.AgentId.Value) is not { } agent)
            return;
        if (agent.Agent.Acknowledge(framework.Id, ack.TaskId.Value, ack.Uuid) is not { } status || !status.State.IsTerminal())
            return;
        if (framework.Tasks.TryGetValue(ack.TaskId.Value, out var task))
            State.Complete(framework, task);
        Drains.Check(agent);
    }

    private void Update(Framework framework, W.Call.Types.UpdateFramework update)
    {
        framework.Info = update.FrameworkInfo;
        framework.SuppressedRoles.Clear();
        framework.SuppressedRoles.UnionWith(update.SuppressedRoles);
        framework.Constraints = update.OfferConstraints is { } constraints ? new OfferConstraints(constraints) : null;
        Allocator.Freed();
    }
}
