using System.Buffers;
using System.Text;
using Google.Protobuf;
using Pipeline.Mesos.RecordIo;
using Pipeline.Mesos.Wire;

namespace Pipeline.Mesos.Tests.Harness;

/// <summary>Answers to SUBSCRIBE, made by hand.</summary>
internal static class Streams
{
    public const string Id = "11111111-2222-3333-4444-555555555555";

    public const string Head = $"HTTP/1.1 200 OK\r\nMesos-Stream-Id: {Id}\r\nContent-Type: application/x-protobuf\r\n\r\n";

    public static Event Subscribed(string frameworkId = "f-0000", double heartbeat = 15) => new()
    {
        Type = Event.Types.Type.Subscribed,
        Subscribed = new Event.Types.Subscribed
        {
            FrameworkId = new FrameworkID { Value = frameworkId }, HeartbeatIntervalSeconds = heartbeat,
        },
    };

    public static Event Update(string taskId) => new()
    {
        Type = Event.Types.Type.Update,
        Update = new Event.Types.Update
        {
            Status = new Wire.TaskStatus { TaskId = new TaskID { Value = taskId }, State = Wire.TaskState.TaskRunning },
        },
    };

    /// <summary>Head and records; the body ends with the connection.</summary>
    public static byte[] Of(params Event[] events)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(Encoding.ASCII.GetBytes(Head));
        foreach (var e in events)
            RecordIoWriter.Write(output, e.ToByteArray());
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Record(Event e)
    {
        var output = new ArrayBufferWriter<byte>();
        RecordIoWriter.Write(output, e.ToByteArray());
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Head, SUBSCRIBED and then whatever these bytes are.</summary>
    public static byte[] AndThen(byte[] more) => [.. Of(Subscribed()), .. more];
}
