using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests.Events;

/// <summary>What the live feed does at its start, when its connection breaks, and with subscribers that leave or fail.</summary>
public sealed class FeedReconnectTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly EventKinds Kinds = new(KernelEventKinds.All);
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly CountedTime time = new();
    private readonly KeptLog log = new();
    private JournalFixture journal = default!;

    public async ValueTask InitializeAsync() => journal = await JournalFixture.CreateAsync();

    public ValueTask DisposeAsync() => journal.DisposeAsync();

    [Fact]
    public async Task A_feed_begins_after_the_newest_entry_and_hands_out_more_than_a_batch_whole_and_in_order()
    {
        await journal.AppendAsync("before the start");
        using var feed = Feed(journal.Db);
        Assert.Equal((-1, false), (feed.LastId, feed.IsConnected));
        var received = new ConcurrentQueue<JournalEntry>();
        using var stream = feed.Subscribe(entries => entries.ToList().ForEach(received.Enqueue));
        await StartAsync(feed);
        Assert.Equal(1, feed.LastId);

        string[] actions = [.. Enumerable.Range(0, 1_203).Select(i => $"{i}")];
        await journal.AppendAsync(actions);

        await Eventually.IsTrueAsync(() => Task.FromResult(received.Count >= actions.Length), Soon, "all arrive");
        Assert.Equal(actions, JournalFixture.Actions([.. received]));
        Assert.Equal(received.Last().Id, feed.LastId);
        await StopAsync(feed);
    }

    [Fact]
    public async Task A_lost_connection_is_told_to_every_subscriber_logged_once_and_opened_again_after_the_pause()
    {
        using var feed = Feed(journal.Db);
        await StartAsync(feed);
        var states = new ConcurrentQueue<bool>();
        var received = new ConcurrentQueue<JournalEntry>();
        using var page = feed.Subscribe(_ => false, () => states.Enqueue(feed.IsConnected));
        using var stream = feed.Subscribe(entries => entries.ToList().ForEach(received.Enqueue));

        await CutAsync(feed);
        await journal.AppendAsync("while it was away");
        Assert.Equal([false], states);
        Assert.Empty(received); // the clock stands still, and with it the pause

        await ConnectedAgainAsync(feed);
        await Eventually.IsTrueAsync(() => Task.FromResult(!received.IsEmpty), Soon, "what was missed arrives");

        Assert.Equal([false, true], states);
        Assert.Equal(["while it was away"], JournalFixture.Actions([.. received]));
        Assert.Equal(1, log.Count(LogLevel.Warning));
        await StopAsync(feed);
    }

    [Fact]
    public async Task A_database_that_was_never_there_is_no_loss_and_tells_nobody_anything()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=/nowhere;Username=nobody");
        using var feed = Feed(nowhere);
        var calls = 0;
        using var page = feed.Subscribe(_ => true, () => Interlocked.Increment(ref calls));
        await feed.StartAsync(ct);
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return Task.FromResult(time.Timers >= 3);
            },
            Soon, "it tries again and again");

        await StopAsync(feed);

        Assert.Equal((false, -1, 0, 0), (feed.IsConnected, feed.LastId, calls, log.Count(LogLevel.Warning)));
    }

    [Fact]
    public async Task Stopping_in_the_pause_after_a_loss_ends_the_feed_in_peace()
    {
        using var feed = Feed(journal.Db);
        await StartAsync(feed);
        await CutAsync(feed);

        await StopAsync(feed);
    }

    [Fact]
    public async Task Who_left_is_called_no_more()
    {
        using var feed = Feed(journal.Db);
        await StartAsync(feed);
        var (left, stays) = (0, 0);
        var leaving = feed.Subscribe(_ => true, () => Interlocked.Increment(ref left));
        using var staying = feed.Subscribe(_ => true, () => Interlocked.Increment(ref stays));

        leaving.Dispose();
        leaving.Dispose();
        await journal.AppendAsync("one");
        await Eventually.IsTrueAsync(() => Task.FromResult(Volatile.Read(ref stays) == 1), Soon, "the other is called");

        Assert.Equal(0, left);
        await StopAsync(feed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_subscriber_that_fails_is_logged_and_removed_whenever_it_fails(bool onEntry)
    {
        using var feed = Feed(journal.Db);
        await StartAsync(feed);
        var (calls, others) = (0, new ConcurrentQueue<JournalEntry>());
        using var bad = feed.Subscribe(_ => onEntry, () => throw new InvalidOperationException($"page broke {++calls}"));
        using var good = feed.Subscribe(entries => entries.ToList().ForEach(others.Enqueue));

        for (var round = 1; round <= 2; round++)
        {
            if (onEntry)
                await journal.AppendAsync("one", "two");
            else
                await CutAsync(feed);
            await ConnectedAgainAsync(feed);
            await journal.AppendAsync("and on");
            var expected = round * (onEntry ? 3 : 1);
            await Eventually.IsTrueAsync(() => Task.FromResult(others.Count == expected), Soon, "the other gets every entry");
        }

        Assert.Equal((1, 1), (calls, log.Count(LogLevel.Error)));
        await StopAsync(feed);
    }

    private LiveFeed Feed(NpgsqlDataSource db) => new(db, new JournalReader(db, Kinds), time, log);

    private async Task StartAsync(LiveFeed feed)
    {
        await feed.StartAsync(ct);
        await Eventually.IsTrueAsync(() => Task.FromResult(feed.IsConnected), Soon, "the feed listens");
    }

    private async Task StopAsync(LiveFeed feed)
    {
        await feed.StopAsync(ct);
        Assert.True(feed.ExecuteTask!.IsCompletedSuccessfully);
    }

    private async Task CutAsync(LiveFeed feed)
    {
        await using var kill = journal.Db.CreateCommand(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");
        await kill.ExecuteNonQueryAsync(ct);
        await Eventually.IsTrueAsync(() => Task.FromResult(!feed.IsConnected), Soon, "the loss is noticed");
    }

    private Task ConnectedAgainAsync(LiveFeed feed) => Eventually.IsTrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            return Task.FromResult(feed.IsConnected);
        },
        Soon, "the feed connects again");

    /// <summary>Counts the pauses that begin.</summary>
    private sealed class CountedTime : FakeTimeProvider
    {
        private int timers;

        public int Timers => Volatile.Read(ref timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref timers);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    private sealed class KeptLog : ILogger<LiveFeed>
    {
        private readonly ConcurrentQueue<LogLevel> levels = [];

        public int Count(LogLevel level) => levels.Count(l => l == level);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            levels.Enqueue(logLevel);
    }
}
