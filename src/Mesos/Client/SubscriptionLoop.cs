using System.Net;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Pipeline.Mesos.Client;

/// <summary>What calls need to know about the subscription that stands.</summary>
internal sealed record Session(Uri Master, string StreamId, string FrameworkId);

/// <summary>Keeps one subscription alive and writes what it brings into a channel.</summary>
internal sealed class SubscriptionLoop(
    MesosMasterOptions options, WireFormat format, TimeProvider time, Func<FrameworkDescription> framework,
        Action<Session?> sessionChanged, ILogger log)
{
    private readonly Backoff backoff = new(options.MaxBackoff);

    public async Task RunAsync(ChannelWriter<MasterEvent> events, CancellationToken ct)
    {
        using var http = new MasterHttp(options, format, connections: 4);
        while (!ct.IsCancellationRequested)
        {
            var reason = "no master is configured";
            foreach (var master in Jittered(options.Masters))
            {
                var (end, why) = await AttemptAsync(http, master, events, ct);
                sessionChanged(null);
                if (end is not null)
                {
                    log.SubscriptionEnded(end.End, end.Reason);
                    await events.WriteAsync(end, ct);
                    return;
                }

                reason = why;
            }

            log.Disconnected(reason);
            await events.WriteAsync(new Disconnected(reason), ct);
            await Task.Delay(backoff.Next(), time, ct);
        }
    }

    private static Uri[] Jittered(IReadOnlyList<Uri> masters)
    {
        var order = masters.ToArray();
        RandomNumberGenerator.Shuffle<Uri>(order);
        return order;
    }

    private async Task<(SubscriptionEnded? End, string Reason)> AttemptAsync(
        MasterHttp http, Uri master, ChannelWriter<MasterEvent> events, CancellationToken ct)
    {
        using var dead = CancellationTokenSource.CreateLinkedTokenSource(ct);
        // Disposed before the source it cancels.
        await using var watchdog = time.CreateTimer(static s => Cancel((CancellationTokenSource)s!), dead, options.CallTimeout,
            Timeout.InfiniteTimeSpan);
        try
        {
            var description = framework();
            var (response, leader) = await http.PostAsync(master, CallMapping.Subscribe(description), null, dead.Token);
            using (response)
            {
                if (response.StatusCode != HttpStatusCode.OK)
                    return await RefusedAsync(response, dead.Token);
                var streamId = response.Headers.TryGetValues("Mesos-Stream-Id", out var ids) ? ids.First() : "";
                await using var stream = await response.Content.ReadAsStreamAsync(dead.Token);
                return await ReadAsync(stream, leader, streamId, watchdog, events, dead.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, $"{master}: silent for too long");
        }
        catch (Exception e) when (e is MesosCallException or IOException or HttpRequestException or InvalidDataException)
        {
            return (null, e.Message);
        }
    }

    private async Task<(SubscriptionEnded? End, string Reason)> ReadAsync(
        Stream stream, Uri leader, string streamId, ITimer watchdog, ChannelWriter<MasterEvent> events, CancellationToken ct)
    {
        var records = new RecordIoReader();
        var buffer = new byte[64 * 1024];
        var silence = options.CallTimeout;
        while (true)
        {
            var read = await stream.ReadAsync(buffer, ct);
            if (read == 0)
                return (null, $"{leader.Authority}: the master closed the stream");
            watchdog.Change(silence, Timeout.InfiniteTimeSpan);
            records.Feed(buffer.AsSpan(0, read));
            while (records.TryRead(out var record))
            {
                var e = EventMapping.From(format.Read(record));
                if (e is SubscriptionEnded end)
                    return (end, end.Reason);
                if (e is Subscribed subscribed)
                {
                    silence = subscribed.HeartbeatInterval * options.MissedHeartbeats;
                    watchdog.Change(silence, Timeout.InfiniteTimeSpan);
                    backoff.Reset();
                    log.Subscribed(subscribed.FrameworkId, leader.Authority);
                    sessionChanged(new Session(leader, streamId, subscribed.FrameworkId));
                }

                if (e is not null)
                    await events.WriteAsync(e, ct);
            }
        }
    }

    private static async Task<(SubscriptionEnded? End, string Reason)> RefusedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = $"{(int)response.StatusCode} {await MasterHttp.ErrorTextAsync(response, ct)}";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => (new SubscriptionEnded(SubscriptionEnd.Unauthorized, text), text),
            HttpStatusCode.BadRequest or HttpStatusCode.NotAcceptable or HttpStatusCode.UnsupportedMediaType =>
                (new SubscriptionEnded(SubscriptionEnd.Refused, text), text),
            _ => (null, text),
        };
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended in the same moment.
        }
    }
}
