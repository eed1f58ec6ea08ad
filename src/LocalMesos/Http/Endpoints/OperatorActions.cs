using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Master.Machines;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.OperatorCall.Types.Type;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>The operator calls that change something. The lock is held.</summary>
internal sealed class OperatorActions(MasterNode master)
{
    /// <returns>Always null: such a call has an empty answer.</returns>
    /// <exception cref="CallRejectedException">Unknown framework or agent, a call that is not allowed now, or one that LocalMesos does not
    /// have (501).</exception>
    public OperatorResponse? Execute(OperatorCall call)
    {
        switch (call.Type)
        {
            case CallType.SetLoggingLevel:
                break;
            case CallType.Teardown:
                master.Subscriptions.Remove(master.State.Frameworks.GetValueOrDefault(call.Teardown.FrameworkId.Value)
                    ?? throw new CallRejectedException(400, "No framework found with specified ID"));
                break;
            case CallType.DeactivateAgent:
                master.Draining.Deactivate(Registered(call.DeactivateAgent.AgentId));
                break;
            case CallType.ReactivateAgent:
                AgentDraining.Reactivate(Registered(call.ReactivateAgent.AgentId));
                break;
            case CallType.DrainAgent:
                master.Draining.Drain(Registered(call.DrainAgent.AgentId), call.DrainAgent);
                break;
            case CallType.MarkAgentGone:
                master.Liveness.MarkGone(master.State.Agent(call.MarkAgentGone.AgentId.Value) ?? throw new CallRejectedException(404, ""));
                break;
            case CallType.UpdateMaintenanceSchedule:
                master.Maintenance.Update(call.UpdateMaintenanceSchedule.Schedule);
                break;
            case CallType.StartMaintenance:
                master.Maintenance.Start(call.StartMaintenance.Machines);
                break;
            case CallType.StopMaintenance:
                master.Maintenance.Stop(call.StopMaintenance.Machines);
                break;
            default:
                throw new CallRejectedException(StatusCodes.Status501NotImplemented, $"LocalMesos does not answer {call.Type}");
        }

        return null;
    }

    private AgentSlot Registered(AgentID id) =>
        master.State.Agent(id.Value) is { IsRegistered: true } agent ? agent : throw new CallRejectedException(400, "Unknown agent");
}
