using Google.Protobuf;
using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Options;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Virtual;

/// <summary>A network between agents and master that loses updates (the agent sends them again) and duplicates them.</summary>
internal sealed class LossyLink(IMasterLink link, VirtualAgentOptions options, RandomFaults faults) : IMasterLink
{
    public void StateChanged(string agentId, string frameworkId, W.TaskStatus status) => link.StateChanged(agentId, frameworkId, status);

    public void SendUpdate(string agentId, string frameworkId, W.TaskStatus status)
    {
        if (faults.Occurs(options.UpdateLoss))
            return;
        link.SendUpdate(agentId, frameworkId, status);
        if (faults.Occurs(options.UpdateDuplication))
            link.SendUpdate(agentId, frameworkId, status);
    }

    public void ExecutorEnded(string agentId, string frameworkId, string executorId, int status) =>
        link.ExecutorEnded(agentId, frameworkId, executorId, status);

    public void SendMessage(string agentId, string frameworkId, string executorId, ByteString data) =>
        link.SendMessage(agentId, frameworkId, executorId, data);
}
