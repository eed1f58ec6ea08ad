using Google.Protobuf;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>What an agent tells its master. Every call comes with the cluster's lock held.</summary>
public interface IAgentLink
{
    /// <summary>A new state, at once; the update that tells the framework may have to wait for acknowledgements.</summary>
    void Changed(Agent agent, string frameworkId, W.TaskStatus status);

    /// <summary>An update for the framework; the same one comes again until it is acknowledged.</summary>
    void Deliver(Agent agent, string frameworkId, W.TaskStatus status);

    /// <summary>An executor that runs more than one task has ended.</summary>
    void ExecutorEnded(Agent agent, string frameworkId, string executorId, int status);

    void Message(Agent agent, string frameworkId, string executorId, ByteString data);
}
