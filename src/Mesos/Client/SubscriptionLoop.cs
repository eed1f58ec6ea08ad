using System.Net;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pipeline.Mesos.Client.Mapping;
using Pipeline.Mesos.RecordIo;

namespace Pipeline.Mesos.Client;

/// <summary>Keeps one subscription alive and writes its events into a channel.</summary>
internal sealed class SubscriptionLoop(
    MesosMasterOptions options, WireFormat format, TimeProvider time, Func<FrameworkDescription> framework, Action<Session?> sessionChanged,
    ILogger log)
{
    private const int MaxStreamIdBytes = 128;
    private int failures;
    private long? subscribedAt;

    public async Task RunAsync(ChannelWriter<MasterEvent> events, CancellationToken ct)
    {
        using var http = new MasterHttp(options, format, connections: 4);
        var retries = SubscriptionRetry.Create(options.MaxBackoff, time);
        var last = await retries.ExecuteAsync(async token => await TryMastersAsync(http, events, token), ct);
        log.SubscriptionEnded(last.End!.End, last.End.Reason);
        await events.WriteAsync(last.End, ct);
    }

    private async Task<SubscriptionRound> TryMastersAsync(MasterHttp http, ChannelWriter<MasterEvent> events, CancellationToken ct)
    {
        var reason = "no master is configured";
        foreach (var master in Shuffled(options.Masters))
        {
            var (end, why) = await AttemptAsync(http, master, events, ct);
            sessionChanged(null);
            if (end is not null)
                return new SubscriptionRound(end, 0);

            // One that ends at once is no success: otherwise a master that does so would be asked ten times a second.
            if (subscribedAt is { } since && time.GetElapsedTime(since) > options.MaxBackoff)
                failures = 0;
            (reason, subscribedAt) = (why, null);
        }

        log.Disconnected(reason);
        await events.WriteAsync(new Disconnected(reason), ct);
        return new SubscriptionRound(null, ++failures);
    }

    private static Uri[] Shuffled(IReadOnlyList<Uri> masters)
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
                    return await RejectedAsync(response, dead.Token);
                var streamId = StreamIdOf(response, leader);
                await using var stream = await response.Content.ReadAsStreamAsync(dead.Token);
                return await ReadAsync(stream, new Session(leader, streamId, ""), watchdog, events, dead.Token);
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

    /// <exception cref="InvalidDataException">The answer is not that of a master.</exception>
    private string StreamIdOf(HttpResponseMessage response, Uri leader)
    {
        if (response.Content.Headers.ContentType?.MediaType is { } type && type != format.MediaType)
            throw new InvalidDataException($"{leader.Authority} answered with {type} instead of {format.MediaType}. Is it a Mesos master?");
        return response.Headers.TryGetValues("Mesos-Stream-Id", out var ids) && ids.First() is { Length: > 0 and <= MaxStreamIdBytes } id
            ? id
            : throw new InvalidDataException($"{leader.Authority} sent no Mesos-Stream-Id. Is it a Mesos master?");
    }

    private async Task<(SubscriptionEnded? End, string Reason)> ReadAsync(
        Stream stream, Session session, ITimer watchdog, ChannelWriter<MasterEvent> events, CancellationToken ct)
    {
        var records = new RecordIoReader(options.MaxRecordBytes);
        var buffer = new byte[64 * 1024];
        var silence = Timeout.InfiniteTimeSpan; // until SUBSCRIBED the timeout of the call keeps running
        while (true)
        {
            var read = await stream.ReadAsync(buffer, ct);
            if (read == 0)
                return (null, $"{session.Master.Authority}: the master closed the stream");
            records.Feed(buffer.AsSpan(0, read));
            while (records.TryRead(out var record))
            {
                var e = EventMapping.From(format.Read(record));
                if (e is SubscriptionEnded end)
                    return (end, end.Reason);
                if (e is Subscribed subscribed)
                    (session, silence) = (Subscribed(session, subscribed), subscribed.HeartbeatInterval * options.MissedHeartbeats);
                else if (session.FrameworkId.Length == 0)
                    throw new InvalidDataException($"{session.Master.Authority}: the stream does not begin with SUBSCRIBED.");
                if (e is not null && !events.TryWrite(e))
                    await WaitForReaderAsync(e, watchdog, events, ct);
                watchdog.Change(silence, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <exception cref="InvalidDataException">SUBSCRIBED names another framework than before on the same stream.</exception>
    private Session Subscribed(Session session, Subscribed subscribed)
    {
        if (session.FrameworkId.Length > 0 && session.FrameworkId != subscribed.FrameworkId)
            throw new InvalidDataException(
                $"{session.Master.Authority}: subscribed as {session.FrameworkId}, and on the same stream as {subscribed.FrameworkId}.");
        subscribedAt = time.GetTimestamp();
        log.Subscribed(subscribed.FrameworkId, session.Master.Authority);
        var current = session with { FrameworkId = subscribed.FrameworkId };
        sessionChanged(current);
        return current;
    }

    /// <summary>A slow reader must not look like a silent master.</summary>
    private static async Task WaitForReaderAsync(MasterEvent e, ITimer watchdog, ChannelWriter<MasterEvent> events, CancellationToken ct)
    {
        watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await events.WriteAsync(e, ct);
    }

    private static async Task<(SubscriptionEnded? End, string Reason)> RejectedAsync(HttpResponseMessage response, CancellationToken ct)
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
            // The attempt ended at the same moment.
        }
    }
}
