using Dapper;
using Npgsql;

namespace Pipeline.Scheduler.Data;

/// <summary>The past of one cluster: partitions made ahead, old ones dropped, ended tasks deleted a few at a time.</summary>
internal sealed class HistoryStore(NpgsqlDataSource db, string cluster)
{
    // Small enough that a commit of the loop that waits for it does not notice.
    private const int Chunk = 2000;
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    // Dropping locks the table for a moment. When somebody reads for long, the next purge tries again.
    private const string Partitions = """
        SET LOCAL lock_timeout = '2s';
        SELECT scheduler.make_history(t, @now, @until) FROM unnest(ARRAY['task_status', 'probe']) AS t;
        SELECT scheduler.drop_history(t, @before) FROM unnest(ARRAY['task_status', 'probe']) AS t;
        """;

    // What no partition fits.
    private const string Others = """
        WITH old AS (SELECT ctid FROM scheduler.task_status_other WHERE at < @before LIMIT @Chunk),
             probes AS (DELETE FROM scheduler.probe_other
                         WHERE ctid IN (SELECT ctid FROM scheduler.probe_other WHERE at < @before LIMIT @Chunk))
        DELETE FROM scheduler.task_status_other WHERE ctid IN (SELECT ctid FROM old)
        """;

    // The last attempt of an instance of a live deploy stays: the number of the next one is counted from it.
    private const string Tasks = """
        WITH old AS (
            SELECT t.id FROM scheduler.task t JOIN scheduler.deploy d ON d.cluster = t.cluster AND d.id = t.deploy_id
             WHERE t.cluster = @cluster AND t.ended_at IS NOT NULL AND t.ended_at < @before AND (@request::text IS NULL OR t.request_id = @request)
               AND (d.state NOT IN ('Deploying', 'Retiring', 'Active') OR EXISTS (
                    SELECT 1 FROM scheduler.task n WHERE n.cluster = t.cluster AND n.deploy_id = t.deploy_id
                       AND n.instance = t.instance AND n.attempt > t.attempt))
             ORDER BY t.ended_at LIMIT @Chunk),
        statuses AS (DELETE FROM scheduler.task_status s USING old WHERE s.task_id = old.id),
        probes AS (DELETE FROM scheduler.probe p USING old WHERE p.task_id = old.id)
        DELETE FROM scheduler.task t USING old WHERE t.id = old.id
        """;

    private const string Crowded = """
        SELECT c.request_id, (SELECT t.ended_at FROM scheduler.task t
                               WHERE t.cluster = @cluster AND t.request_id = c.request_id AND t.ended_at IS NOT NULL
                               ORDER BY t.ended_at DESC OFFSET @keep - 1 LIMIT 1) AS oldest
          FROM (SELECT request_id FROM scheduler.task WHERE cluster = @cluster AND ended_at IS NOT NULL
                 GROUP BY request_id HAVING count(*) > @keep) c
        """;

    private const string Answers = "DELETE FROM scheduler.command_result WHERE at < @before";

    /// <exception cref="FencedException">Another leader came after <paramref name="epoch"/>: the past is its to keep.</exception>
    public async Task RequireLeadAsync(long epoch, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT 1 FROM scheduler.leader WHERE cluster = @cluster AND epoch = @epoch)", new { cluster, epoch },
                cancellationToken: ct)))
            throw new FencedException(cluster, epoch);
    }

    /// <returns>How many tasks were deleted.</returns>
    public async Task<int> PurgeAsync(HistoryOptions options, DateTimeOffset now, CancellationToken ct)
    {
        var at = now.UtcDateTime;
        await using (var connection = await db.OpenConnectionAsync(ct))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync(new CommandDefinition(
                Partitions, new { now = at, until = at + Ahead, before = at - options.KeepStatuses }, transaction, cancellationToken: ct));
            await transaction.CommitAsync(ct);
        }

        await InChunksAsync(Others, new { before = at - options.KeepStatuses, Chunk }, ct);
        await InChunksAsync(Answers, new { before = at - TimeSpan.FromHours(1) }, ct);
        var deleted = await InChunksAsync(Tasks, new { cluster, before = at - options.KeepTasks, request = (string?)null, Chunk }, ct);
        foreach (var (request, oldest) in await CrowdedAsync(options.KeepTasksPerRequest, ct))
            deleted += await InChunksAsync(Tasks, new { cluster, before = oldest, request, Chunk }, ct);
        return deleted;
    }

    private async Task<IReadOnlyList<(string Request, DateTime Oldest)>> CrowdedAsync(int keep, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<(string, DateTime)>(new CommandDefinition(
            Crowded, new { cluster, keep }, commandTimeout: 300, cancellationToken: ct))];
    }

    // Each chunk is a transaction of its own, so that nobody waits long for one of its locks.
    private async Task<int> InChunksAsync(string sql, object arguments, CancellationToken ct)
    {
        var deleted = 0;
        while (true)
        {
            await using var connection = await db.OpenConnectionAsync(ct);
            var rows = await connection.ExecuteAsync(new CommandDefinition(sql, arguments, cancellationToken: ct));
            deleted += rows;
            if (rows < Chunk)
                return deleted;
        }
    }
}
