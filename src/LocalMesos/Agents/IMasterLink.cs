using Google.Protobuf;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>The connection from agents to their master; a lossy one simulates a bad network. The lock is held in every call.</summary>
internal interface IMasterLink
{
    /// <summary>A new state, at once; the update that tells the framework may have to wait for acknowledgements.</summary>
    void StateChanged(string agentId, string frameworkId, W.TaskStatus status);

    /// <summary>An update for the framework; the same one is sent again until it is acknowledged.</summary>
    void SendUpdate(string agentId, string frameworkId, W.TaskStatus status);

    /// <summary>An executor that may run several tasks has ended.</summary>
    void ExecutorEnded(string agentId, string frameworkId, string executorId, int status);

    /// <summary>An executor's message to its scheduler.</summary>
    void SendMessage(string agentId, string frameworkId, string executorId, ByteString data);
}
