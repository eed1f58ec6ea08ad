using Dapper;
using Npgsql;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Kernel.Events;

/// <summary>
/// Starts the jobs that an event asks for. Called inside the transaction of the append; implemented by <c>Server/Flow.cs</c>.
/// </summary>
public delegate void EventFlow(NewJournalEntry appended);

/// <summary>The append-only journal: every transition with its actor, in the transaction that made it.</summary>
/// <remarks>
/// Append last in a transaction: a lock is held from the append to the commit, so that ids are handed out in commit order
/// and a reader that resumes by id misses nothing. The jobs that the events start are enqueued before the lock is taken.
/// Inside a scope only one connection may be open: close yours first.
/// </remarks>
public sealed class Journal(NpgsqlDataSource db, EventKinds kinds, EventFlow flow, TimeProvider time)
{
    private const string Insert = """
        WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(4006)),
        appended AS (
            INSERT INTO journal.event (at, kind, actor_kind, actor_name, repository_id, commit_sha, build_id, release, promotion_id,
                                       stage, deployable, cluster, task_id, payload)
            SELECT u.at, u.kind, u.actor_kind, u.actor_name, u.repository_id, u.commit_sha, u.build_id, u.release, u.promotion_id,
                   u.stage, u.deployable, u.cluster, u.task_id, u.payload::jsonb
              FROM locked, unnest(@At::timestamptz[], @Kind::text[], @ActorKind::text[], @ActorName::text[], @Repository::uuid[], @Commit::text[],
                          @Build::uuid[], @Release::text[], @Promotion::uuid[], @Stage::text[], @Deployable::text[], @Cluster::text[],
                          @TaskId::text[], @Payload::text[])
                   WITH ORDINALITY AS u(at, kind, actor_kind, actor_name, repository_id, commit_sha, build_id, release, promotion_id,
                           stage, deployable, cluster, task_id, payload, position)
             ORDER BY u.position
            RETURNING id)
        SELECT pg_notify('journal', min(id)::text || ' ' || max(id)::text) FROM appended
        """;

    /// <summary>Appends one event; see the other overload.</summary>
    public Task AppendAsync(JournalEvent happened, Actor actor, JournalSubject subject, CancellationToken ct) =>
        AppendAsync([new NewJournalEntry(happened, actor, subject)], ct);

    /// <summary>
    /// Appends in order and starts the jobs of the flow. Joins the ambient transaction; makes its own when there is none.
    /// </summary>
    public Task AppendAsync(IReadOnlyList<NewJournalEntry> entries, CancellationToken ct) =>
        entries.Count == 0
            ? Task.CompletedTask
            : Transactions.InTransactionAsync(
                async token =>
                {
                    // Jobs first: the append takes the lock that every other append waits for.
                    foreach (var entry in entries)
                        flow(entry);
                    await InsertAsync(entries, token);
                },
                ct);

    private async Task InsertAsync(IReadOnlyList<NewJournalEntry> entries, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Insert,
            new
            {
                At = entries.Select(_ => now.UtcDateTime).ToArray(),
                Kind = entries.Select(e => kinds.NameOf(e.Event)).ToArray(),
                ActorKind = entries.Select(e => e.Actor.Kind.ToString()).ToArray(),
                ActorName = entries.Select(e => e.Actor.Name).ToArray(),
                Repository = entries.Select(e => e.Subject.Repository?.Value).ToArray(),
                Commit = entries.Select(e => e.Subject.Commit?.ToString()).ToArray(),
                Build = entries.Select(e => e.Subject.Build?.Value).ToArray(),
                Release = entries.Select(e => e.Subject.Release?.ToString()).ToArray(),
                Promotion = entries.Select(e => e.Subject.Promotion?.Value).ToArray(),
                Stage = entries.Select(e => e.Subject.Stage).ToArray(),
                Deployable = entries.Select(e => e.Subject.Deployable).ToArray(),
                Cluster = entries.Select(e => e.Subject.Cluster).ToArray(),
                TaskId = entries.Select(e => e.Subject.TaskId).ToArray(),
                Payload = entries.Select(e => kinds.PayloadOf(e.Event)).ToArray(),
            },
            cancellationToken: ct));
    }
}
