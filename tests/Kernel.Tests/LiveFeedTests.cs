using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests;

public sealed class LiveFeedTests
{
    private static readonly EventKinds Kinds = new(KernelEventKinds.All);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_appended_event_reaches_only_those_it_is_about()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        using var feed = await StartedAsync(db);
        var production = 0;
        var other = 0;
        using var first = feed.Subscribe(e => e.Subject.Cluster == "production", () => Interlocked.Increment(ref production));
        using var second = feed.Subscribe(e => e.Subject.Cluster == "infra-qa", () => Interlocked.Increment(ref other));

        await AppendAsync(db, "production");

        await Eventually.IsTrueAsync(() => Task.FromResult(Volatile.Read(ref production) == 1), Soon, "the subscriber is called");
        Assert.Equal(0, other);
        await feed.StopAsync(ct);
    }

    [Fact]
    public async Task A_stream_gets_every_entry_once_and_in_order_also_over_a_lost_connection()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync() + ";Application Name=feed");
        using var feed = await StartedAsync(db);
        var seen = new List<long>();
        using var stream = feed.Subscribe(entries =>
        {
            lock (seen)
                seen.AddRange(entries.Select(e => e.Id));
        });

        await AppendAsync(db, "production");
        await using (var kill = db.CreateCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'feed' AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'"))
            await kill.ExecuteNonQueryAsync(ct);
        await AppendAsync(db, "production");
        await AppendAsync(db, "production");

        await Eventually.IsTrueAsync(() => Task.FromResult(Count(seen) == 3), Soon, "all three arrive");
        Assert.Equal([1, 2, 3], seen);
        await Eventually.IsTrueAsync(() => Task.FromResult(feed.IsConnected), Soon, "the feed connects again");
        await feed.StopAsync(ct);
    }

    [Fact]
    public async Task A_subscriber_that_throws_does_not_silence_the_others()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        using var feed = await StartedAsync(db);
        var called = 0;
        using var bad = feed.Subscribe(_ => throw new InvalidOperationException("a page that broke"), () => { });
        using var good = feed.Subscribe(_ => true, () => Interlocked.Increment(ref called));

        await AppendAsync(db, "production");
        await AppendAsync(db, "production");

        await Eventually.IsTrueAsync(
            () => Task.FromResult(Volatile.Read(ref called) >= 1 && feed.LastId == 2), Soon, "the other is called");
        await feed.StopAsync(ct);
    }

    private async Task<LiveFeed> StartedAsync(NpgsqlDataSource db)
    {
        var feed = new LiveFeed(db, new JournalReader(db, Kinds), TimeProvider.System, NullLogger<LiveFeed>.Instance);
        await feed.StartAsync(ct);
        await Eventually.IsTrueAsync(() => Task.FromResult(feed.IsConnected), Soon, "the feed listens");
        return feed;
    }

    private Task AppendAsync(NpgsqlDataSource db, string cluster) => new Journal(db, Kinds, _ => { }, TimeProvider.System).AppendAsync(
        new ActionRecorded("token.created", cluster, null), Actor.System("test"), new JournalSubject { Cluster = cluster }, ct);

    private static int Count(List<long> seen)
    {
        lock (seen)
            return seen.Count;
    }
}
