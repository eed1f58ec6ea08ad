using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Data;

/// <summary>The quarantine of all clusters.</summary>
internal sealed class QuarantineStore(NpgsqlDataSource db, Journal journal, TimeProvider time)
{
    private const string LeadsStill = "SELECT epoch FROM scheduler.leader WHERE cluster = @cluster AND epoch = @epoch FOR SHARE";

    private const string Insert = """
        INSERT INTO scheduler.quarantine AS q (cluster, kind, subject_id, at, reason, payload)
        VALUES (@cluster, @Kind, @SubjectId, @now, @Reason, @Payload)
        ON CONFLICT (cluster, kind, subject_id) WHERE released_at IS NULL AND kind <> 'Command'
        DO UPDATE SET at = excluded.at, times = q.times + 1, reason = excluded.reason, payload = excluded.payload
        """;

    // The sender of a command gets the reason as its answer.
    private const string Dequeue = """
        INSERT INTO scheduler.command_result (id, cluster, at, code, status, detail)
        SELECT i.id, i.cluster, @now, 'quarantined', 422, @reason FROM scheduler.intake i WHERE i.id = ANY(@taken) AND i.wants_answer
        ON CONFLICT (id) DO NOTHING;
        DELETE FROM scheduler.intake WHERE id = ANY(@taken);
        """;

    private const string Open = "SELECT kind, subject_id FROM scheduler.quarantine WHERE cluster = @cluster AND released_at IS NULL";

    private const string List = """
        SELECT id, cluster, kind, subject_id, at, times, reason, payload, released_at, released_by
          FROM scheduler.quarantine WHERE cluster = @cluster ORDER BY released_at IS NOT NULL, id DESC LIMIT 200
        """;

    private const string Release = """
        WITH freed AS (
            UPDATE scheduler.quarantine SET released_at = @now, released_by = @by
             WHERE id = @id AND cluster = @cluster AND released_at IS NULL
            RETURNING kind, subject_id, payload)
        SELECT kind, subject_id, payload FROM freed
        """;

    private const string PutBack = """
        INSERT INTO scheduler.intake (cluster, at, subject_id, payload) VALUES (@cluster, @now, @subject, @payload::jsonb);
        SELECT pg_notify('scheduler_intake', @cluster);
        """;

    /// <summary>What a new term leaves out.</summary>
    public async Task<QuarantinedIds> OpenAsync(string cluster, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var quarantined = new QuarantinedIds();
        var open = await connection.QueryAsync<(string, string)>(new CommandDefinition(Open, new { cluster }, cancellationToken: ct));
        foreach (var (kind, id) in open)
            quarantined.Add(Enum.Parse<QuarantineKind>(kind), id);
        return quarantined;
    }

    /// <param name="cluster">The cluster's name.</param>
    /// <param name="epoch">The term that writes.</param>
    /// <param name="entries">What is quarantined.</param>
    /// <param name="taken">Rows of the command queue that are removed with it.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="FencedException">Another leader came after <paramref name="epoch"/>.</exception>
    public Task PutAsync(
        string cluster, long epoch, IReadOnlyList<QuarantineEntry> entries, IReadOnlyList<long> taken, CancellationToken ct) =>
        Transactions.InTransactionAsync(
            async token =>
            {
                var now = time.GetUtcNow().UtcDateTime;
                await using (var connection = await db.OpenConnectionAsync(token))
                {
                    if (await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
                            LeadsStill, new { cluster, epoch }, cancellationToken: token)) is null)
                        throw new FencedException(cluster, epoch);
                    foreach (var e in entries)
                    {
                        await connection.ExecuteAsync(new CommandDefinition(
                            Insert, new { cluster, Kind = e.Kind.ToString(), e.SubjectId, now, e.Reason, e.Payload },
                                cancellationToken: token));
                    }

                    if (taken.Count > 0)
                    {
                        await connection.ExecuteAsync(new CommandDefinition(
                            Dequeue, new { now, taken = taken.ToArray(), reason = entries[0].Reason }, cancellationToken: token));
                    }
                }

                await journal.AppendAsync(
                    [.. entries.Select(e =>
                        Entry(cluster, $"{e.Kind.ToString().ToLowerInvariant()} {e.SubjectId} was put into quarantine: {e.Reason}",
                        Actor.System("scheduler")))],
                    token);
            },
            ct);

    public async Task<IReadOnlyList<QuarantineView>> ListAsync(string cluster, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. (await connection.QueryAsync<QuarantineRow>(new CommandDefinition(List, new { cluster }, cancellationToken: ct)))
            .Select(r => r.ToView())];
    }

    /// <summary>Releases an entry: a command returns to the queue; for anything else the leader begins a new term that includes
    /// it.</summary>
    /// <returns>False when there is no such entry, or it was released before.</returns>
    public Task<bool> ReleaseAsync(
        string cluster, long id, Actor actor, string newTerm, CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            string? subject;
            await using (var connection = await db.OpenConnectionAsync(token))
            {
                var now = time.GetUtcNow().UtcDateTime;
                var found = await connection.QuerySingleOrDefaultAsync<(string Kind, string Subject, string? Payload)?>(
                    new CommandDefinition(
                    Release, new { id, cluster, now, by = actor.ToString() }, cancellationToken: token));
                if (found is not { } entry)
                    return false;
                subject = $"{entry.Kind.ToLowerInvariant()} {entry.Subject}";
                var payload = entry is { Kind: nameof(QuarantineKind.Command), Payload: { } command } ? command : newTerm;
                await connection.ExecuteAsync(new CommandDefinition(
                    PutBack, new { cluster, now, subject = entry.Subject, payload }, cancellationToken: token));
            }

            await journal.AppendAsync([Entry(cluster, $"{subject} released from quarantine", actor)], token);
            return true;
        },
        ct);

    private static NewJournalEntry Entry(string cluster, string what, Actor actor) =>
        new(new ClusterChanged(cluster, what), actor, new JournalSubject { Cluster = cluster });

    private sealed class QuarantineRow
    {
        public long Id { get; init; }
        public string Cluster { get; init; } = "";
        public string Kind { get; init; } = "";
        public string SubjectId { get; init; } = "";
        public DateTime At { get; init; }
        public int Times { get; init; }
        public string Reason { get; init; } = "";
        public string? Payload { get; init; }
        public DateTime? ReleasedAt { get; init; }
        public string? ReleasedBy { get; init; }

        public QuarantineView ToView() =>
            new(Id, Cluster, RowText.Kebab(Kind), SubjectId, At.Utc(), Times, Reason, Payload, ReleasedAt.Utc(), ReleasedBy);
    }
}
