using Google.Protobuf;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>Events of the executor API that an agent forwards.</summary>
internal static class ExecutorEvents
{
    public static W.ExecutorEvent Acknowledged(W.TaskID taskId, ByteString uuid) => new()
    {
        Type = W.ExecutorEvent.Types.Type.Acknowledged,
        Acknowledged = new W.ExecutorEvent.Types.Acknowledged { TaskId = taskId, Uuid = uuid },
    };

    public static W.ExecutorEvent Message(ByteString data) => new()
    {
        Type = W.ExecutorEvent.Types.Type.Message, Message = new W.ExecutorEvent.Types.Message { Data = data },
    };
}
