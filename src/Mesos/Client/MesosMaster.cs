using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pipeline.Mesos.Client.Mapping;

namespace Pipeline.Mesos.Client;

/// <summary>
/// The framework's side of one cluster's masters: one subscription that makes itself anew for ever, and calls in
/// the order that matters.
/// </summary>
public sealed class MesosMaster : IAsyncDisposable
{
    // Wide enough for a burst of updates; behind it the master waits (and buffers), so the reader of the events has to be quick.
    private const int EventsHeld = 16 * 1024;

    private readonly MesosMasterOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<MesosMaster> log;
    private readonly WireFormat format;
    private readonly MasterHttp calls;
    private readonly CallOrder order;
    private readonly CancellationTokenSource disposed = new();
    private volatile Session? session;

    /// <exception cref="MesosCallException">The CA file cannot be read.</exception>
    public MesosMaster(MesosMasterOptions options, TimeProvider time, ILogger<MesosMaster> log)
    {
        (this.options, this.time, this.log) = (options, time, log);
        format = new WireFormat(options.UseJson);
        calls = new MasterHttp(options, format, options.CallConnections);
        order = new CallOrder(options.CallConnections);
    }

    /// <summary>
    /// Subscribes and goes on subscribing until the token is cancelled or the master says that it is over. A connection that broke
    /// is shown as <see cref="Disconnected"/>; <see cref="SubscriptionEnded"/> is the last event of all. Stopping closes the stream
    /// without TEARDOWN: tasks run on.
    /// </summary>
    /// <param name="framework">Asked before every SUBSCRIBE, so that it can carry the framework id learnt meanwhile.</param>
    public async IAsyncEnumerable<MasterEvent> SubscribeAsync(
        Func<FrameworkDescription> framework, [EnumeratorCancellation] CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, disposed.Token);
        var events = Channel.CreateBounded<MasterEvent>(new BoundedChannelOptions(EventsHeld) { SingleReader = true, SingleWriter = true });
        var loop = new SubscriptionLoop(options, format, time, framework, s => session = s, log);
        var running = RunAsync(loop, events.Writer, stop.Token);
        try
        {
            await foreach (var e in events.Reader.ReadAllAsync(ct))
                yield return e;
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    /// <summary>Sends a call. Calls about one agent, and calls about everything (SUPPRESS, REVIVE, RECONCILE …) against all others, reach
    /// the master in the order of these invocations; calls about different agents do not wait for each other.</summary>
    /// <exception cref="MesosCallException">The master refused it, cannot be reached, or we are not subscribed.</exception>
    public async Task SendAsync(MasterCall call, CancellationToken ct)
    {
        using var turn = order.Take(call);
        try
        {
            await turn.Before.WaitAsync(ct);
            var current = session ?? throw new MesosCallException(null, "Not subscribed: the call was not sent.");
            using var limit = new CancellationTokenSource(options.CallTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            await PostAsync(call, current, either.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new MesosCallException(null, $"The master did not answer within {options.CallTimeout.TotalSeconds:0} s.", e);
        }
    }

    /// <summary>Ends the subscription without TEARDOWN.</summary>
    public async ValueTask DisposeAsync()
    {
        await disposed.CancelAsync();
        calls.Dispose();
    }

    private async Task PostAsync(MasterCall call, Session current, CancellationToken ct)
    {
        var (response, _) = await calls.PostAsync(current.Master, CallMapping.From(call, current.FrameworkId), current.StreamId, ct);
        using (response)
        {
            if (response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK)
                return;
            throw new MesosCallException(response.StatusCode, await MasterHttp.ErrorTextAsync(response, ct));
        }
    }

    private async Task RunAsync(SubscriptionLoop loop, ChannelWriter<MasterEvent> events, CancellationToken ct)
    {
        try
        {
            await loop.RunAsync(events, ct);
            events.Complete();
        }
        catch (OperationCanceledException)
        {
            events.Complete();
        }
        catch (Exception e)
        {
            // A bug of ours or of the caller's description: it belongs to whoever enumerates.
            events.Complete(e);
        }
        finally
        {
            session = null;
        }
    }
}
