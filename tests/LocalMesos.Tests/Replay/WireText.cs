using System.Text;
using Google.Protobuf;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>Bodies as JSON, whatever the wire carried.</summary>
internal static class WireText
{
    public static bool IsProtobuf(string head, string header) => RawConnection.Header(head, header) == "application/x-protobuf";

    public static string Event(byte[] record, string requestLine, bool protobuf)
    {
        if (!protobuf)
            return Encoding.UTF8.GetString(record);
        IMessage message = requestLine.Contains("/scheduler", StringComparison.Ordinal) ? new Event() : new OperatorEvent();
        message.MergeFrom(record);
        return Json(message);
    }

    public static string Answer(byte[] body, bool agent)
    {
        IMessage message = agent ? new AgentResponse() : new OperatorResponse();
        message.MergeFrom(body);
        return Json(message);
    }

    /// <summary>The same call with our ids.</summary>
    public static byte[] Request(byte[] body, string requestLine, bool agent, IdMap ids)
    {
        IMessage message = requestLine.Contains("/scheduler", StringComparison.Ordinal)
            ? new Call() : agent ? new AgentCall()
            : new OperatorCall();
        try
        {
            message.MergeFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return body; // meant to be refused
        }

        if (RequiredFields.Missing(message).Count > 0)
            return body;
        var text = Encoding.UTF8.GetBytes(ids.Translate(Json(message)));
        return message switch
        {
            Call => ProtoJsonReader.Read<Call>(text).ToByteArray(),
            AgentCall => ProtoJsonReader.Read<AgentCall>(text).ToByteArray(),
            _ => ProtoJsonReader.Read<OperatorCall>(text).ToByteArray(),
        };
    }

    private static string Json(IMessage message) => Encoding.UTF8.GetString(ProtoJsonWriter.Write(message));
}
