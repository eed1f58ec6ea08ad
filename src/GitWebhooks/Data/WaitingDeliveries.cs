using Dapper;
using Npgsql;

namespace Pipeline.GitWebhooks.Data;

/// <summary>Deliveries that are not processed: which are due, and which are to be processed again.</summary>
internal sealed class WaitingDeliveries(NpgsqlDataSource db)
{
    /// <summary>How long a job has before a sweep starts another one: longer than a flood of deliveries stands in the queue.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private const string Due = """
        UPDATE git.delivery SET next_wake = @later
         WHERE id IN (SELECT id FROM git.delivery WHERE next_wake <= @now ORDER BY next_wake LIMIT 100 FOR UPDATE SKIP LOCKED)
        RETURNING id
        """;
    private const string Reopen = """
        UPDATE git.delivery SET state = 'received', outcome = NULL, processed_at = NULL, next_wake = @later
         WHERE id = @id AND event = 'push' AND state IN ('received', 'rejected') AND received_at <= @receivedBefore
        """;

    /// <summary>Takes what is due, and pushes its next wake out.</summary>
    public async Task<IReadOnlyList<Guid>> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            Due, new { now = now.UtcDateTime, later = (now + Lease).UtcDateTime }, cancellationToken: ct))];
    }

    /// <summary>Makes a delivery wait for a job again, unless it was processed or needs no job.</summary>
    /// <param name="id">Ours.</param>
    /// <param name="receivedBefore">A delivery that is younger stays as it is.</param>
    /// <param name="now">The present time.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>False when nothing changed.</returns>
    public async Task<bool> ReopenAsync(Guid id, DateTimeOffset receivedBefore, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            Reopen, new { id, receivedBefore = receivedBefore.UtcDateTime, later = (now + Lease).UtcDateTime },
            cancellationToken: ct)) == 1;
    }
}
