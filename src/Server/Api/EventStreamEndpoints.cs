using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.Server.Api;

/// <summary>
/// <c>GET /api/v1/events</c>: the journal as server-sent events; the event id is the journal's, so <c>Last-Event-ID</c> resumes.
/// </summary>
internal static class EventStreamEndpoints
{
    private const int Batch = 200;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>One entry as clients see it.</summary>
    public sealed record EventView(long Id, DateTimeOffset At, string Kind, Actor Actor, JournalSubject Subject, JsonElement Payload);

    /// <summary>Which entries: all that are set must match.</summary>
    /// <param name="After">Start after this id; absent: from now on (or from <c>Last-Event-ID</c>).</param>
    public sealed record EventFilter(
        string? Commit, Guid? Build, Guid? Promotion, string? Release, string? Cluster, string? Task, long? After);

    public static void MapEventStream(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/events", Stream).RequireAuthorization(Permission.View).WithTags("Events");

    private static Results<ServerSentEventsResult<EventView?>, ProblemHttpResult> Stream(
        [AsParameters] EventFilter filter, HttpContext http, JournalReader journal, LiveFeed feed, EventKinds kinds, CancellationToken ct)
    {
        if (filter.Commit is not null && !CommitSha.TryParse(filter.Commit, out _))
            return Problems.Invalid("/commit", $"'{filter.Commit}' is not a full commit (40 hex digits).");
        if (filter.Release is not null && !Digest.TryParse(filter.Release, out _))
            return Problems.Invalid("/release", $"'{filter.Release}' is not a digest (sha256: and 64 hex digits).");
        var after = long.TryParse(http.Request.Headers["Last-Event-ID"], out var last) ? last : filter.After;
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(ReadAsync(SubjectOf(filter), after, journal, feed, kinds, ct));
    }

    private static JournalSubject SubjectOf(EventFilter filter) => new()
    {
        Commit = filter.Commit is null ? null : CommitSha.Parse(filter.Commit),
        Build = filter.Build is { } build ? new BuildId(build) : null,
        Promotion = filter.Promotion is { } promotion ? new PromotionId(promotion) : null,
        Release = filter.Release is null ? null : Digest.Parse(filter.Release),
        Cluster = filter.Cluster,
        TaskId = filter.Task,
    };

    private static async IAsyncEnumerable<SseItem<EventView?>> ReadAsync(
        JournalSubject subject, long? after, JournalReader journal, LiveFeed feed, EventKinds kinds,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = feed.Subscribe(_ => true, () => woken.Writer.TryWrite(true));
        var last = after ?? await journal.LastIdAsync(ct);
        while (!ct.IsCancellationRequested)
        {
            var entries = await journal.AfterAsync(last, Batch, ct);
            foreach (var entry in entries)
            {
                last = entry.Id;
                if (Matches(subject, entry.Subject))
                    yield return new SseItem<EventView?>(ViewOf(entry, kinds), entry.Kind) { EventId = entry.Id.ToString(CultureInfo.InvariantCulture) };
            }

            if (entries.Count == Batch)
                continue;
            if (!await WaitAsync(woken.Reader, ct))
                yield return new SseItem<EventView?>(null, "keep-alive");
        }
    }

    private static async Task<bool> WaitAsync(ChannelReader<bool> woken, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(KeepAlive);
        try
        {
            return await woken.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private static bool Matches(JournalSubject wanted, JournalSubject found) =>
        (wanted.Commit is null || wanted.Commit == found.Commit)
        && (wanted.Build is null || wanted.Build == found.Build)
        && (wanted.Promotion is null || wanted.Promotion == found.Promotion)
        && (wanted.Release is null || wanted.Release == found.Release)
        && (wanted.Cluster is null || wanted.Cluster == found.Cluster)
        && (wanted.TaskId is null || wanted.TaskId == found.TaskId);

    /// <summary>The entry with its event as it is stored, <c>kind</c> included.</summary>
    public static EventView ViewOf(JournalEntry entry, EventKinds kinds) =>
        new(
            entry.Id, entry.At, entry.Kind, entry.Actor, entry.Subject,
            JsonSerializer.Deserialize<JsonElement>(kinds.PayloadOf(entry.Event)));
}
