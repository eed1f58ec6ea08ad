using System.Data;
using System.Globalization;
using Dapper;
using Npgsql;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Loop;

/// <summary>
/// The right to lead a cluster: a session lock of PostgreSQL on a connection of its own, which also receives the notifications of the
/// command queue, and an
/// epoch that every write checks. The lock keeps two leaders apart; the epoch stops one that has not noticed yet that it lost the lock.
/// A process that is frozen or cut off keeps its session and with it the lock, so the session is a lease: its holder says something every
/// second, and who stands by ends one that has been silent for too long (docs/adr/0008).
/// </summary>
internal sealed class Leadership : IAsyncDisposable
{
    private const int LockClass = 4007;
    private const int AnswerSeconds = 5;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>Shorter than <see cref="Silence"/>: a leader stops believing in itself before anybody may take its place.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    /// <summary>A holder of the lock that has not queried the database for so long counts as frozen.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);

    private const string TakeEpoch = """
        INSERT INTO scheduler.leader AS l (cluster, epoch, holder, since, beat_at) VALUES (@cluster, 1, @holder, @now, @now)
        ON CONFLICT (cluster) DO UPDATE SET epoch = l.epoch + 1, holder = excluded.holder, since = excluded.since,
            beat_at = excluded.beat_at
        RETURNING epoch
        """;

    // Both times are the database's own: clocks of servers do not matter. Materialized, or the planner may end sessions first and
    // look at their age afterwards.
    private const string EndSilent = """
        WITH silent AS MATERIALIZED (
        SELECT l.pid, extract(epoch FROM clock_timestamp() - a.query_start)::float8 AS seconds
          FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = @LockClass AND l.objid = hashtext(@cluster)::oid AND l.objsubid = 2
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND a.state = 'idle' AND a.query_start < clock_timestamp() - @silence)
        SELECT seconds FROM silent WHERE pg_terminate_backend(pid)
        """;

    private const string GiveBack = "UPDATE scheduler.leader SET holder = NULL, since = NULL WHERE cluster = @cluster AND epoch = @epoch";

    private readonly NpgsqlConnection connection;
    private readonly string cluster;
    private readonly TimeProvider time;
    private long seenAt;
    private bool notified;

    private Leadership(NpgsqlConnection connection, string cluster, long epoch, TimeProvider time)
    {
        (this.connection, this.cluster, Epoch, this.time) = (connection, cluster, epoch, time);
        seenAt = time.GetTimestamp();
    }

    public long Epoch { get; }

    /// <summary>The session that holds the lock was seen alive a moment ago. A process that was frozen wakes with a stale lease: it must
    /// not take the framework from the leader that came after it.</summary>
    public bool IsFresh => time.GetElapsedTime(Interlocked.Read(ref seenAt)) < Lease;

    /// <returns>Null when another process leads.</returns>
    public static async Task<Leadership?> TryTakeAsync(NpgsqlDataSource db, string cluster, TimeProvider time, CancellationToken ct)
    {
        var connection = await db.OpenConnectionAsync(ct);
        try
        {
            if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                    "SELECT pg_try_advisory_lock(@LockClass, hashtext(@cluster))", new { LockClass, cluster }, cancellationToken: ct)))
            {
                await connection.DisposeAsync();
                return null;
            }

            var holder = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");
            var epoch = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                TakeEpoch, new { cluster, holder, now = time.GetUtcNow().UtcDateTime }, cancellationToken: ct));
            await connection.ExecuteAsync(new CommandDefinition("LISTEN scheduler_intake", cancellationToken: ct));
            return new Leadership(connection, cluster, epoch, time);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the session of a leader that has been silent for too long, so that its lock is free.</summary>
    /// <returns>How long it had been silent; null when it speaks, or when nobody leads.</returns>
    public static async Task<TimeSpan?> EndSilentAsync(NpgsqlDataSource db, string cluster, TimeSpan silence, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var seconds = await connection.ExecuteScalarAsync<double?>(new CommandDefinition(
            EndSilent, new { LockClass, cluster, silence }, cancellationToken: ct));
        return seconds is { } silent ? TimeSpan.FromSeconds(silent) : null;
    }

    /// <summary>Keeps the lease, and notifies when the command queue of the cluster may hold something, at least once a second.</summary>
    /// <exception cref="FencedException">The session is gone, and with it the lock: anybody may lead by now.</exception>
    public async Task WatchAsync(Action notify, CancellationToken ct)
    {
        connection.Notification += (_, e) => notified |= e.Payload == cluster;
        while (true)
        {
            if (!await BeatAsync(ct) && !notified)
                continue;
            notified = false;
            notify();
        }
    }

    /// <returns>False when only a notification arrived.</returns>
    private async Task<bool> BeatAsync(CancellationToken ct)
    {
        try
        {
            if (await connection.WaitAsync(Beat, ct) && time.GetElapsedTime(seenAt) < Beat)
                return false;
            var queried = time.GetTimestamp();
            await QueryAsync(ct);
            Interlocked.Exchange(ref seenAt, queried);
            return true;
        }
        catch (NpgsqlException e)
        {
            throw Gone(e);
        }
    }

    /// <summary>After <see cref="WatchAsync"/> has ended.</summary>
    /// <param name="seen">The error by which it was noticed; becomes the inner exception.</param>
    /// <exception cref="FencedException">The session is gone.</exception>
    public async Task RequireSessionAsync(Exception seen)
    {
        try
        {
            await QueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            throw Gone(seen);
        }
    }

    // Dapper opens a connection that is closed: that would be another session, which answers and holds no lock.
    private Task QueryAsync(CancellationToken ct) => connection.State == ConnectionState.Open
        ? connection.ExecuteScalarAsync<int>(new CommandDefinition("SELECT 1", commandTimeout: AnswerSeconds, cancellationToken: ct))
        : throw new NpgsqlException("the connection was closed.");

    private FencedException Gone(Exception seen) =>
        new($"The session that epoch {Epoch} of cluster {cluster} rests on is gone: {seen.Message}", seen);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await QueryAsync(CancellationToken.None);
            await connection.ExecuteAsync(GiveBack, new { cluster, epoch = Epoch });
            // The pool resets it with DISCARD ALL, which gives the lock back; unlocking by hand makes it sure.
            await connection.ExecuteAsync("UNLISTEN *; SELECT pg_advisory_unlock_all()");
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The session is gone, and the lock with it.
        }

        await connection.DisposeAsync();
    }
}
