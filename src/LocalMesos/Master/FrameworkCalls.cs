using Pipeline.LocalMesos.Master.Allocation;
using Pipeline.LocalMesos.Master.Frameworks;
using Pipeline.LocalMesos.Master.Launching;
using Pipeline.LocalMesos.Master.Machines;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.Call.Types.Type;

namespace Pipeline.LocalMesos.Master;

/// <summary>Handles the calls of subscribed frameworks, which are validated already. The lock is held.</summary>
internal sealed class FrameworkCalls(
    MasterState state, Allocator allocator, Subscriptions subscriptions, InverseOffers inverseOffers, AgentDraining draining)
{
    private readonly OfferResponses offers = new(state, new Operations(state));
    private readonly Reconciliation reconciliation = new(state);

    /// <summary>Any call but SUBSCRIBE; unknown ones are ignored, as by a real master.</summary>
    public void Handle(Framework framework, W.Call call)
    {
        Action? action = call.Type switch
        {
            CallType.Accept => () => Accept(framework, call.Accept),
            CallType.Decline => () => offers.Decline(framework, call.Decline.OfferIds, call.Decline.Filters),
            CallType.AcceptInverseOffers => () => inverseOffers.HandleReply(
                framework, call.AcceptInverseOffers.InverseOfferIds, true, call.AcceptInverseOffers.Filters),
            CallType.DeclineInverseOffers => () => inverseOffers.HandleReply(
                framework, call.DeclineInverseOffers.InverseOfferIds, false, call.DeclineInverseOffers.Filters),
            CallType.Revive => () => Revive(framework, call.Revive?.Roles),
            CallType.Suppress => () => framework.SuppressedRoles.UnionWith(RolesOr(framework, call.Suppress?.Roles)),
            CallType.Kill => () => Kill(framework, call.Kill),
            CallType.Shutdown => () => Shutdown(framework, call.Shutdown),
            CallType.Message => () => Send(framework, call.Message),
            CallType.Acknowledge => () => Acknowledge(framework, call.Acknowledge),
            CallType.Reconcile => () => reconciliation.Answer(framework, call.Reconcile.Tasks),
            CallType.AcknowledgeOperationStatus => () => Operations.Acknowledge(
                framework, call.AcknowledgeOperationStatus.OperationId.Value),
            CallType.ReconcileOperations => () => Operations.Reconcile(framework, call.ReconcileOperations.Operations),
            CallType.Teardown => () => subscriptions.Remove(framework),
            CallType.UpdateFramework => () => Update(framework, call.UpdateFramework),
            _ => null,
        };
        action?.Invoke();
    }

    private static IReadOnlyList<string> RolesOr(Framework framework, IReadOnlyList<string>? roles) =>
        roles is { Count: > 0 } ? roles : framework.Roles;

    private void Accept(Framework framework, W.Call.Types.Accept accept)
    {
        offers.Accept(framework, accept);
        allocator.AllocateFreed();
    }

    private void Revive(Framework framework, IReadOnlyList<string>? named)
    {
        var roles = RolesOr(framework, named);
        framework.SuppressedRoles.ExceptWith(roles);
        framework.Filters.RemoveAll(f => roles.Contains(f.Role));
        allocator.Allocate();
    }

    private void Kill(Framework framework, W.Call.Types.Kill kill)
    {
        if (!framework.Tasks.TryGetValue(kill.TaskId.Value, out var task) || task.UnreachableSince is not null)
            reconciliation.Answer(framework, kill.TaskId.Value, kill.AgentId?.Value);
        else if (kill.AgentId is null || kill.AgentId.Value == task.AgentId)
            state.Agent(task.AgentId)?.Agent.Kill(framework.Id, task.Id, kill.KillPolicy);
    }

    private void Shutdown(Framework framework, W.Call.Types.Shutdown shutdown) =>
        state.Agent(shutdown.AgentId.Value)?.Agent.ShutdownExecutor(framework.Id, shutdown.ExecutorId.Value);

    private void Send(Framework framework, W.Call.Types.Message message) =>
        state.Agent(message.AgentId.Value)?.Agent.SendToExecutor(framework.Id, message.ExecutorId.Value, message.Data);

    private void Acknowledge(Framework framework, W.Call.Types.Acknowledge acknowledge)
    {
        if (state.Agent(acknowledge.AgentId.Value) is not { } agent
            || agent.Agent.Acknowledge(framework.Id, acknowledge.TaskId.Value, acknowledge.Uuid) is not { } status
            || !status.State.IsTerminal())
            return;
        if (framework.Tasks.TryGetValue(acknowledge.TaskId.Value, out var task))
            framework.Complete(task);
        draining.Check(agent);
    }

    private void Update(Framework framework, W.Call.Types.UpdateFramework update)
    {
        framework.Info = update.FrameworkInfo;
        framework.SuppressedRoles.Clear();
        framework.SuppressedRoles.UnionWith(update.SuppressedRoles);
        framework.Constraints = update.OfferConstraints is { } constraints ? new OfferConstraints(constraints) : null;
        allocator.AllocateFreed();
    }
}
