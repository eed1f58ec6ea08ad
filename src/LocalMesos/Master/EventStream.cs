using System.Threading.Channels;
using Google.Protobuf;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>The events on their way to one subscriber, with its stream id. The heartbeat runs regardless of other traffic.</summary>
public sealed class EventStream(TimeProvider time) : IDisposable
{
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);
    private readonly Channel<IMessage> events = Channel.CreateUnbounded<IMessage>(new UnboundedChannelOptions { SingleReader = true });
    private ITimer? heartbeats;

    public string Id { get; } = Ids.Uuid();

    public ChannelReader<IMessage> Events => events.Reader;

    /// <summary>The connection must break, as if the master's process died: no last chunk.</summary>
    public bool IsCut { get; private set; }

    public void Send(IMessage e) => events.Writer.TryWrite(e);

    public void StartHeartbeats(IMessage heartbeat)
    {
        Send(heartbeat);
        heartbeats = time.CreateTimer(_ => Send(heartbeat), null, HeartbeatInterval, HeartbeatInterval);
    }

    /// <summary>A clean end after what is already under way.</summary>
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

    public void Fail(string message)
    {
        Send(new W.Event { Type = W.Event.Types.Type.Error, Error = new W.Event.Types.Error { Message = message } });
        End();
    }

    public void Dispose() => End();
}
