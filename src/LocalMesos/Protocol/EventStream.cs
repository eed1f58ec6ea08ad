using System.Threading.Channels;
using Google.Protobuf;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Protocol;

/// <summary>The queue of events to one subscriber, with its stream id. Heartbeats go out regardless of other traffic.</summary>
internal sealed class EventStream(TimeProvider time) : IDisposable
{
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);
    private readonly Channel<IMessage> events = Channel.CreateUnbounded<IMessage>(new UnboundedChannelOptions { SingleReader = true });
    private ITimer? heartbeats;

    /// <summary>The value of the header <c>Mesos-Stream-Id</c>.</summary>
    public string Id { get; } = Ids.Uuid();

    public ChannelReader<IMessage> Events => events.Reader;

    /// <summary>True when the connection must break without a last chunk, as if the master's process had died.</summary>
    public bool IsCut { get; private set; }

    public void Send(IMessage e) => events.Writer.TryWrite(e);

    public void StartHeartbeats(IMessage heartbeat)
    {
        Send(heartbeat);
        heartbeats = time.CreateTimer(_ => Send(heartbeat), null, HeartbeatInterval, HeartbeatInterval);
    }

    /// <summary>Ends the stream cleanly after the events already queued.</summary>
    public void End()
    {
        heartbeats?.Dispose();
        events.Writer.TryComplete();
    }

    public void Cut()
    {
        IsCut = true;
        End();
    }

    /// <summary>Sends an ERROR event and ends the stream.</summary>
    public void Fail(string message)
    {
        Send(new W.Event { Type = W.Event.Types.Type.Error, Error = new W.Event.Types.Error { Message = message } });
        End();
    }

    public void Dispose() => End();
}
