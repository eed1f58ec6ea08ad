using Hangfire;
using Hangfire.PostgreSql;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Server.Jobs;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests;

/// <summary>A row, its journal event and its job commit or vanish together.</summary>
public sealed class TransactionTests
{
    private static readonly EventKinds Kinds = new(KernelEventKinds.All);

    public sealed class SomeJob
    {
        public Task ExecuteAsync(string what, CancellationToken ct) => Task.FromResult((what, ct));
    }

    [Fact]
    public async Task A_rolled_back_transaction_takes_its_job_with_it()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        var (jobs, storage) = Hangfire(db);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Transactions.InTransactionAsync(
            async ct =>
            {
                await AppendAsync(db, jobs, ct);
                throw new InvalidOperationException("after the enqueue");
            },
            TestContext.Current.CancellationToken));

        Assert.Equal(0, storage.GetMonitoringApi().EnqueuedCount("default"));
        Assert.Equal(0, await new JournalReader(db, Kinds).LastIdAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_committed_transaction_leaves_event_and_job_and_no_prepared_transaction()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        var (jobs, storage) = Hangfire(db);

        await Transactions.InTransactionAsync(ct => AppendAsync(db, jobs, ct), TestContext.Current.CancellationToken);

        Assert.Equal(1, storage.GetMonitoringApi().EnqueuedCount("default"));
        Assert.Single(await new JournalReader(db, Kinds).AfterAsync(0, 10, TestContext.Current.CancellationToken));
        await using var prepared = db.CreateCommand("SELECT count(*) FROM pg_prepared_xacts");
        Assert.Equal(0L, await prepared.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_lock_left_by_a_killed_server_is_free_as_soon_as_its_job_is()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        var (jobs, storage) = Hangfire(db);
        var job = jobs.Enqueue<SomeJob>(j => j.ExecuteAsync("anything", CancellationToken.None));
        _ = storage.GetConnection().AcquireDistributedLock($"job:{job}:state-lock", TimeSpan.FromSeconds(1)); // never released

        await using var later = db.CreateCommand("UPDATE hangfire.lock SET acquired = acquired - $1");
        later.Parameters.Add(new NpgsqlParameter { Value = HangfireModule.StorageOptions.InvisibilityTimeout });
        Assert.Equal(1, await later.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        using var other = storage.GetConnection();
        using var taken = other.AcquireDistributedLock($"job:{job}:state-lock", TimeSpan.FromSeconds(1));
    }

    private static async Task AppendAsync(NpgsqlDataSource db, IBackgroundJobClient jobs, CancellationToken ct)
    {
        EventFlow flow = appended => jobs.Enqueue<SomeJob>(j => j.ExecuteAsync(Kinds.NameOf(appended.Event), CancellationToken.None));
        await new Journal(db, Kinds, flow, TimeProvider.System).AppendAsync(
            new ActionRecorded("token.created", "infra-qa", null), Actor.System("test"), JournalSubject.None, ct);
    }

    private static (IBackgroundJobClient Jobs, JobStorage Storage) Hangfire(NpgsqlDataSource db)
    {
        var storage = new PostgreSqlStorage(
            new DataSourceConnectionFactory(db, HangfireModule.StorageOptions), HangfireModule.StorageOptions);
        return (new BackgroundJobClient(storage), storage);
    }
}
