using System.Reflection;
using System.Text;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests;

public sealed class MigratorTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrating_twice_changes_nothing_and_records_each_script_once()
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync();
        Migrator.Migrate(connectionString);

        await using var db = NpgsqlDataSource.Create(connectionString);
        await using var count = db.CreateCommand("SELECT count(*), count(DISTINCT scriptname) FROM public.schema_versions");
        await using var row = await count.ExecuteReaderAsync(ct);
        Assert.True(await row.ReadAsync(ct));
        Assert.Equal(row.GetInt64(0), row.GetInt64(1));
        Assert.True(row.GetInt64(0) > 0);
    }

    [Fact]
    public async Task Scripts_run_by_their_numbers_whatever_the_assembly_was_called_when_each_was_written()
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync();
        var moved = new Scripts(
            ("Pipeline.Zebra.Data.Migrations.0001_begin.sql", "CREATE TABLE public.moved (step text);"),
            ("Pipeline.Antelope.Data.Migrations.0003_end.sql", "INSERT INTO public.moved SELECT step || ' end' FROM public.moved;"),
            ("Pipeline.Middle.Data.Migrations.0002_go_on.sql", "INSERT INTO public.moved VALUES ('begun');"));

        Migrator.Migrate(connectionString, moved);
        Migrator.Migrate(connectionString, moved);

        await using var db = NpgsqlDataSource.Create(connectionString);
        await using var steps = db.CreateCommand("SELECT string_agg(step, ', ' ORDER BY step) FROM public.moved");
        Assert.Equal("begun, begun end", await steps.ExecuteScalarAsync(ct));
    }

    [Fact]
    public async Task A_failed_script_is_named_and_leaves_nothing_behind()
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync();
        await using var db = NpgsqlDataSource.Create(connectionString);
        // As a database that somebody restored in part: the journal's schema is there, the record of its migration is not.
        await using (var forget = db.CreateCommand("DELETE FROM public.schema_versions"))
            await forget.ExecuteNonQueryAsync(ct);

        var failure = Assert.Throws<InvalidOperationException>(() => Migrator.Migrate(connectionString));

        Assert.Contains("0001_journal.sql", failure.Message, StringComparison.Ordinal);
        await using var recorded = db.CreateCommand("SELECT count(*) FROM public.schema_versions");
        Assert.Equal(0L, await recorded.ExecuteScalarAsync(ct));
    }

    [Fact]
    public async Task Rows_events_and_the_lock_of_an_append_end_with_their_transaction()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        var order = new List<string>();
        var journal = new Journal(
            db, new EventKinds(KernelEventKinds.All), e => order.Add($"job of {((ActionRecorded)e.Event).Action}, locks {Locks(db)}"),
            TimeProvider.System);

        await journal.AppendAsync(
            [New("one"), New("two")], ct);

        // The jobs were enqueued before the append took the lock that every other append waits for.
        Assert.Equal(["job of one, locks 0", "job of two, locks 0"], order);
        Assert.Equal(0, Locks(db));
    }

    [Fact]
    public async Task Nothing_appended_is_no_transaction_at_all()
    {
        await using var db = NpgsqlDataSource.Create("Host=/nowhere");

        await new Journal(db, new EventKinds([]), _ => { }, TimeProvider.System).AppendAsync([], ct);
    }

    private static NewJournalEntry New(string action) =>
        new(new ActionRecorded(action, "x", null), Actor.System("test"), JournalSubject.None);

    private static long Locks(NpgsqlDataSource db)
    {
        using var suppressed = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.Suppress);
        using var command = db.CreateCommand("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
        return (long)command.ExecuteScalar()!;
    }

    private sealed class Scripts(params (string Name, string Sql)[] scripts) : Assembly
    {
        public override string[] GetManifestResourceNames() => [.. scripts.Select(s => s.Name)];

        public override Stream GetManifestResourceStream(string name) =>
            new MemoryStream(Encoding.UTF8.GetBytes(scripts.Single(s => s.Name == name).Sql));
    }
}
