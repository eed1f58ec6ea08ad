using System.Globalization;
using Dapper;
using Npgsql;

namespace Pipeline.Scheduler.Loop;

/// <summary>
/// The right to lead a cluster: a session lock of PostgreSQL on a connection of its own, which also brings the bell of the intake, and an
/// epoch that every write checks. The lock keeps two leaders apart; the epoch stops one that has not noticed yet that it lost the lock.
/// </summary>
internal sealed class Leadership : IAsyncDisposable
{
    private const int LockClass = 4007;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private const string TakeEpoch = """
        INSERT INTO scheduler.leader AS l (cluster, epoch, holder, since, beat_at) VALUES (@cluster, 1, @holder, @now, @now)
        ON CONFLICT (cluster) DO UPDATE SET epoch = l.epoch + 1, holder = excluded.holder, since = excluded.since,
            beat_at = excluded.beat_at
        RETURNING epoch
        """;

    private const string GiveBack = "UPDATE scheduler.leader SET holder = NULL, since = NULL WHERE cluster = @cluster AND epoch = @epoch";

    private readonly NpgsqlConnection connection;
    private readonly string cluster;
    private readonly TimeProvider time;
    private long seenAt;

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

    /// <summary>Rings when the intake of the cluster may hold something, at least once a second. Ends, with an error, when the connection
    /// is lost.</summary>
    public async Task WatchAsync(Func<ValueTask> ring, CancellationToken ct)
    {
        connection.Notification += (_, e) => rung |= e.Payload == cluster;
        while (true)
        {
            if (await connection.WaitAsync(Beat, ct))
            {
                if (!rung && IsFresh)
                    continue;
            }

            // A connection that died without a word shows here, and with it the lock.
            await connection.ExecuteScalarAsync<int>(new CommandDefinition("SELECT 1", cancellationToken: ct));
            Interlocked.Exchange(ref seenAt, time.GetTimestamp());
            rung = false;
            await ring();
        }
    }

    private bool rung;

    public async ValueTask DisposeAsync()
    {
        try
        {
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
