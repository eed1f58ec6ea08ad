using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly;
using Polly.Retry;

namespace Pipeline.Kernel.Events;

/// <summary>
/// The journal as it grows, for everything that shows it: one listening connection a server, however many pages and streams are open.
/// </summary>
/// <remarks>
/// A notification is only a hint to read on after the last id seen, so nothing is missed while the connection was lost: ids are handed
/// out in commit order. Callbacks run on the reading loop: they must not block.
/// </remarks>
public sealed class LiveFeed : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan ProveAliveAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    private readonly NpgsqlDataSource db;
    private readonly JournalReader journal;
    private readonly ILogger<LiveFeed> log;
    private readonly ResiliencePipeline retry;
    private readonly Lock gate = new();
    private readonly HashSet<Subscription> subscriptions = [];
    private long lastId = -1;

    /// <param name="time">Measures the pause before a lost connection is opened again.</param>
    public LiveFeed(NpgsqlDataSource db, JournalReader journal, TimeProvider time, ILogger<LiveFeed> log)
    {
        (this.db, this.journal, this.log) = (db, journal, log);
        retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = end => ValueTask.FromResult(
                    end.Outcome.Exception is not null && !end.Context.CancellationToken.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue, BackoffType = DelayBackoffType.Constant, Delay = RetryAfter,
                OnRetry = NoteLoss,
            })
            .Build();
    }

    /// <summary>False while the connection to PostgreSQL is lost; what is shown may then be old.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>The newest entry handed out; -1 before the first connection.</summary>
    public long LastId => Interlocked.Read(ref lastId);

    /// <summary>Calls <paramref name="changed"/> when an entry is about the subscriber, and after every change of the connection.</summary>
    /// <param name="about">Asked for each entry; an exception ends the subscription.</param>
    public IDisposable Subscribe(Func<JournalEntry, bool> about, Action changed) =>
        Add(new Subscription(
            this,
            entries =>
            {
                if (entries.Any(about))
                    changed();
            },
            changed));

    /// <summary>Hands out every batch of new entries in commit order, none twice, none missing: what a stream needs.</summary>
    public IDisposable Subscribe(Action<IReadOnlyList<JournalEntry>> received) => Add(new Subscription(this, received, () => { }));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await retry.ExecuteAsync(async ct => await ListenAsync(ct), stoppingToken);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops: whatever its connection says to that is no loss.
        }
    }

    private ValueTask NoteLoss(OnRetryArguments<object> failed)
    {
        if (IsConnected)
            Log.FeedLost(log, failed.Outcome.Exception!);
        SetConnected(false);
        return ValueTask.CompletedTask;
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using (var listen = new NpgsqlCommand("LISTEN journal", connection))
            await listen.ExecuteNonQueryAsync(ct);

        if (LastId < 0)
            Interlocked.Exchange(ref lastId, await journal.LastIdAsync(ct));
        SetConnected(true);
        await ReadOnAsync(ct);
        while (true)
        {
            if (!await connection.WaitAsync(ProveAliveAfter, ct))
                await ProveAliveAsync(connection, ct);
            await ReadOnAsync(ct);
        }
    }

    /// <summary>A peer that vanished without a word is noticed only by asking.</summary>
    private static async Task ProveAliveAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var ask = new NpgsqlCommand("SELECT 1", connection);
        await ask.ExecuteScalarAsync(ct);
    }

    private async Task ReadOnAsync(CancellationToken ct)
    {
        while (true)
        {
            var entries = await journal.AfterAsync(LastId, BatchSize, ct);
            if (entries.Count == 0)
                return;
            Interlocked.Exchange(ref lastId, entries[^1].Id);
            Each(s => s.Received(entries));
            if (entries.Count < BatchSize)
                return;
        }
    }

    private void SetConnected(bool connected)
    {
        if (IsConnected == connected)
            return;
        IsConnected = connected;
        Each(s => s.ConnectionChanged());
    }

    /// <summary>One bad subscriber must not silence the others.</summary>
    private void Each(Action<Subscription> call)
    {
        Subscription[] now;
        lock (gate)
            now = [.. subscriptions];
        foreach (var subscription in now)
        {
            try
            {
                call(subscription);
            }
            catch (Exception e)
            {
                Log.SubscriberFailed(log, e);
                subscription.Dispose();
            }
        }
    }

    private Subscription Add(Subscription subscription)
    {
        lock (gate)
            subscriptions.Add(subscription);
        return subscription;
    }

    private sealed class Subscription(LiveFeed feed, Action<IReadOnlyList<JournalEntry>> received, Action connectionChanged) : IDisposable
    {
        public Action<IReadOnlyList<JournalEntry>> Received { get; } = received;
        public Action ConnectionChanged { get; } = connectionChanged;

        public void Dispose()
        {
            lock (feed.gate)
                feed.subscriptions.Remove(this);
        }
    }
}
