using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Data.Snapshots;
using Pipeline.Scheduler.Loop;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Simulation.Stores;

/// <summary>
/// The real store on a real database: the session lock and the epoch of a leader, the group commit, the snapshot. Any statement of a
/// commit can be made to fail, or to take its connection with it. What the database gives back is compared with the ledger.
/// </summary>
internal sealed class PostgresStore : ISimulatedStore, IAsyncDisposable
{
    private const string Faults = """
        CREATE SCHEMA sim;
        CREATE SEQUENCE sim.statements;
        CREATE TABLE sim.fault (at bigint, harder boolean);
        INSERT INTO sim.fault VALUES (-1, false);
        CREATE FUNCTION sim.strike() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE f record;
        BEGIN
          SELECT * INTO f FROM sim.fault;
          IF nextval('sim.statements') = f.at THEN
            IF f.harder THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF;
            RAISE EXCEPTION 'injected: the disk is full' USING ERRCODE = '53100';
          END IF;
          RETURN NULL;
        END $$;
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname IN ('scheduler', 'journal') AND c.relkind IN ('r', 'p') AND NOT c.relispartition LOOP
            EXECUTE format('CREATE TRIGGER strike BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION sim.strike()',
                           t.name);
          END LOOP;
        END $$;
        """;

    private const string Arm = "UPDATE sim.fault SET at = (SELECT last_value FROM sim.statements) + @n, harder = @harder";
    private const string Disarm = "UPDATE sim.fault SET at = -1";

    // What happens to a leader whose network is gone: its session ends, and with it the lock.
    private const string EndSession = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4007 "
        + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private const string Put =
        "INSERT INTO scheduler.intake (cluster, at, subject_id, payload, wants_answer) VALUES ('test', @at, @subject, @payload::jsonb, @ask)";

    private static readonly CancellationToken None = CancellationToken.None;

    private readonly NpgsqlDataSource db;
    private readonly ClusterStore store;
    private readonly Ledger ledger;
    private readonly Agenda agenda;
    private readonly Invariants invariants;
    private readonly AgendaTime time;
    private Leadership? leadership;

    private PostgresStore(NpgsqlDataSource db, Ledger ledger, Invariants invariants, Agenda agenda)
    {
        (this.db, this.ledger, this.invariants, this.agenda) = (db, ledger, invariants, agenda);
        time = new AgendaTime(agenda);
        store = new ClusterStore(db, new Journal(db, SchedulerKinds.All, _ => { }, time), time, "test");
    }

    public static async Task<Func<Ledger, Invariants, Agenda, PostgresStore>> PrepareAsync()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync(typeof(SchedulerModule).Assembly));
        await ExecuteAsync(db, Faults, null);
        return (ledger, invariants, agenda) => new PostgresStore(db, ledger, invariants, agenda);
    }

    public async Task<(long Epoch, Snapshot Rows)> TakeOverAsync()
    {
        await ExecuteAsync(db, EndSession, null);
        if (leadership is not null)
            await leadership.DisposeAsync();
        leadership = await Eventually.BecomesAsync(
            () => Leadership.TryTakeAsync(db, "test", TimeProvider.System, None), l => l is not null, TimeSpan.FromSeconds(20), "leads");
        return (leadership!.Epoch, await ReadAsync());
    }

    /// <summary>Reads what a new leader would, and holds it against what was committed.</summary>
    public async Task<Snapshot> ReadAsync()
    {
        var rows = await SnapshotReader.ReadAsync(db, "test", None);
        var (expected, found) = (Text(ledger.ToSnapshot()), Text(rows));
        invariants.Holds(expected == found, $"the rows give back what was committed: expected\n{expected}\nbut found\n{found}");
        return rows;
    }

    public Task PutAsync(string subject, SchedulerCommand command) => ExecuteAsync(
        db, Put, new { at = agenda.Now.UtcDateTime, subject, payload = JsonSerializer.Serialize(command, StoredJson.Options), ask = agenda.OneIn(3) });

    public Task<IReadOnlyList<QueuedCommand>> ReadCommandsAsync() => store.ReadCommandsAsync(None);

    public async Task SaveAsync(long epoch, Effects effects, IReadOnlyList<long> intake)
    {
        await store.SaveAsync(epoch, effects, intake, None);
        invariants.Writes(epoch, leadership!.Epoch);
    }

    public async Task<bool> FailsAsync(long epoch, Effects effects, IReadOnlyList<long> intake)
    {
        await ExecuteAsync(db, Arm, new { n = agenda.Pick(2, 8), harder = agenda.OneIn(3) });
        try
        {
            await store.SaveAsync(epoch, effects, intake, None);
            return false;
        }
        catch (Exception e) when (e is NpgsqlException or FencedException)
        {
            return true;
        }
        finally
        {
            await ExecuteAsync(db, Disarm, null);
        }
    }

    public Task<bool> KnowsEndedAsync(string taskId) => store.KnowsTaskAsync(taskId, None);

    public async ValueTask DisposeAsync()
    {
        if (leadership is not null)
            await leadership.DisposeAsync();
        await db.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlDataSource db, string sql, object? arguments)
    {
        await using var connection = await db.OpenConnectionAsync(None);
        await connection.ExecuteAsync(sql, arguments);
    }

    private static string Text(Snapshot rows) => JsonSerializer.Serialize(
        rows with
        {
            Requests = [.. rows.Requests.OrderBy(r => r.Id, StringComparer.Ordinal)],
            Deploys = [.. rows.Deploys.OrderBy(d => d.Id, StringComparer.Ordinal)],
            Tasks = [.. rows.Tasks.OrderBy(t => t.Id, StringComparer.Ordinal)],
            Agents = [.. rows.Agents.OrderBy(a => a.Id, StringComparer.Ordinal)],
            Machines = [.. rows.Machines.OrderBy(m => m.Kind).ThenBy(m => m.Name, StringComparer.Ordinal)],
            Attempts = new Dictionary<(string, int), int>(),
        },
        StoredJson.Options)
        + string.Join(',', rows.Attempts.OrderBy(a => a.Key.Deploy, StringComparer.Ordinal).ThenBy(a => a.Key.Instance));
}

/// <summary>Virtual time for what asks a <see cref="TimeProvider"/>.</summary>
internal sealed class AgendaTime(Agenda agenda) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => agenda.Now;
}
