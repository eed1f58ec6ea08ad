using System.Threading.Channels;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>The events on their way to one subscription, with its stream id. The heartbeat runs regardless of other traffic.</summary>
public sealed class FrameworkStream : IDisposable
{
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);
    private static readonly W.Event Heartbeat = new() { Type = W.Event.Types.Type.Heartbeat };
    private readonly Channel<W.Event> events = Channel.CreateUnbounded<W.Event>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TimeProvider time;
    private ITimer? heartbeats;

    public FrameworkStream(TimeProvider time) => this.time = time;

    public string Id { get; } = Ids.Uuid();

    public ChannelReader<W.Event> Events => events.Reader;

    public void Send(W.Event e) => events.Writer.TryWrite(e);

    public void StartHeartbeats()
    {
        Send(Heartbeat);
        heartbeats = time.CreateTimer(_ => Send(Heartbeat), null, HeartbeatInterval, HeartbeatInterval);
    }

    /// <summary>A clean end after what is already under way.</summary>
    public void End()
    {
        heartbeats?.Dispose();
        events.Writer.TryComplete();
    }

    public void Fail(string message)
    {
        Send(new W.Event { Type = W.Event.Types.Type.Error, Error = new W.Event.Types.Error { Message = message } });
        End();
    }

    public void Dispose() => End();
}
