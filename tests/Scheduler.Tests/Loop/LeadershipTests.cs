using Npgsql;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Loop;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>The right to lead rests on one session of PostgreSQL, and on no other.</summary>
public sealed class LeadershipTests : IAsyncLifetime
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private NpgsqlDataSource db = null!;

    public async ValueTask InitializeAsync() =>
        db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync(typeof(SchedulerModule).Assembly));

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task Whoever_leads_keeps_others_from_it_and_his_session_answers()
    {
        await using var leads = await TakeAsync();

        await leads.RequireSessionAsync(new InvalidOperationException("something else"));
        Assert.True(leads.IsFresh);
        Assert.Null(await Leadership.TryTakeAsync(db, "qa", TimeProvider.System, ct));
        await using var other = await Leadership.TryTakeAsync(db, "production", TimeProvider.System, ct);
        Assert.Equal(1, other!.Epoch);
    }

    [Fact]
    public async Task The_watch_says_that_the_session_was_ended()
    {
        await using var leads = await TakeAsync();
        var watching = leads.WatchAsync(() => { }, ct);
        await EndSessionAsync();

        var gone = await Assert.ThrowsAsync<FencedException>(() => watching);
        Assert.StartsWith("The session that epoch 1 of cluster qa rests on is gone: ", gone.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // by the watch: then the connection is closed, and another one would answer in its place
    public async Task A_session_that_was_ended_is_missed_however_it_was_noticed(bool noticed)
    {
        await using var leads = await TakeAsync();
        var watching = noticed ? leads.WatchAsync(() => { }, ct) : Task.CompletedTask;
        await EndSessionAsync();
        if (noticed)
            await Assert.ThrowsAsync<FencedException>(() => watching);
        var seen = new InvalidOperationException("a write failed");

        var gone = await Assert.ThrowsAsync<FencedException>(() => leads.RequireSessionAsync(seen));

        Assert.Same(seen, gone.InnerException);
    }

    [Fact]
    public async Task Who_lost_his_session_takes_nothing_from_the_next_when_he_leaves()
    {
        var first = await TakeAsync();
        await EndSessionAsync();
        await using var next = await TakeAsync();
        await first.DisposeAsync();

        Assert.Equal(2, next.Epoch);
        await next.RequireSessionAsync(new InvalidOperationException("something else"));
        Assert.Null(await Leadership.TryTakeAsync(db, "qa", TimeProvider.System, ct));
        Assert.NotNull(await HolderAsync());
    }

    [Fact]
    public async Task Who_leaves_gives_the_cluster_back_at_once()
    {
        await (await TakeAsync()).DisposeAsync();

        Assert.Null(await HolderAsync());
        await using var next = await TakeAsync();
        Assert.Equal(2, next.Epoch);
    }

    private async Task<Leadership> TakeAsync()
    {
        Leadership? leadership = null;
        await Eventually.IsTrueAsync(
            async () => (leadership = await Leadership.TryTakeAsync(db, "qa", TimeProvider.System, ct)) is not null,
            TimeSpan.FromSeconds(10), "the lock is free");
        return leadership!;
    }

    // As another server does with the session of one that is frozen.
    private async Task EndSessionAsync()
    {
        await using var command = db.CreateCommand("""
            SELECT count(pg_terminate_backend(pid)) FROM pg_locks
             WHERE locktype = 'advisory' AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """);
        Assert.Equal(1L, await command.ExecuteScalarAsync(ct));
    }

    private async Task<string?> HolderAsync()
    {
        await using var command = db.CreateCommand("SELECT holder FROM scheduler.leader WHERE cluster = 'qa'");
        return await command.ExecuteScalarAsync(ct) as string;
    }
}
