using Google.Protobuf;
using Pipeline.LocalMesos.Agents;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Virtual;

/// <summary>A network between agents and master that loses updates (the agent sends them again) and doubles them.</summary>
internal sealed class LossyLink(IAgentLink link, VirtualOptions options, Dice dice) : IAgentLink
{
    public void Changed(Agent agent, string frameworkId, W.TaskStatus status) => link.Changed(agent, frameworkId, status);

    public void Deliver(Agent agent, string frameworkId, W.TaskStatus status)
    {
        if (dice.Hits(options.UpdateLoss))
            return;
        link.Deliver(agent, frameworkId, status);
        if (dice.Hits(options.UpdateDuplication))
            link.Deliver(agent, frameworkId, status);
    }

    public void ExecutorEnded(Agent agent, string frameworkId, string executorId, int status) =>
        link.ExecutorEnded(agent, frameworkId, executorId, status);

    public void Message(Agent agent, string frameworkId, string executorId, ByteString data) =>
        link.Message(agent, frameworkId, executorId, data);
}
