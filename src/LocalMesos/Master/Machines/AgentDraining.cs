using Pipeline.LocalMesos.Master.Liveness;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.Machines;

/// <summary>DRAIN_AGENT, DEACTIVATE_AGENT and REACTIVATE_AGENT (recorded in 14b and 14c). The lock is held.</summary>
internal sealed class AgentDraining(MasterState state, AgentLiveness liveness)
{
    public void Deactivate(AgentSlot agent)
    {
        agent.IsDeactivated = true;
        state.RemoveOffers(o => o.Agent == agent, rescind: true);
    }

    /// <exception cref="CallRejectedException">400: the agent is active, or not all of its tasks have ended.</exception>
    public static void Reactivate(AgentSlot agent)
    {
        if (!agent.IsDeactivated)
            throw new CallRejectedException(400, "Agent is not deactivated");
        if (agent.Drain?.State == DrainState.Draining)
            throw new CallRejectedException(400, "Agent is still in the DRAINING state");
        agent.IsDeactivated = false;
        agent.Drain = null;
        agent.Agent.StopDraining();
    }

    public void Drain(AgentSlot agent, OperatorCall.Types.DrainAgent call)
    {
        var config = new DrainConfig { MarkGone = call.MarkGone };
        if (call.MaxGracePeriod is { } grace)
            config.MaxGracePeriod = new DurationInfo { Nanoseconds = (grace.Seconds * 1_000_000_000) + grace.Nanos };
        agent.Drain = new DrainInfo { State = DrainState.Draining, Config = config };
        agent.DrainStarted = state.Now;
        Deactivate(agent);
        agent.Agent.StartDraining(config);
        Check(agent);
    }

    /// <summary>The agent is drained once the terminal status of every task is acknowledged.</summary>
    public void Check(AgentSlot agent)
    {
        if (agent.Drain?.State != DrainState.Draining || agent.Agent.Tasks.Count > 0)
            return;
        agent.Drain.State = DrainState.Drained;
        if (agent.Drain.Config.MarkGone)
            liveness.MarkGone(agent);
    }
}
