using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Data;

/// <summary>
/// The command queue of every cluster (table <c>intake</c>). A command is a row, inserted in the ambient transaction: it takes effect when
/// that commits, or not at all. The leader of the cluster handles it within milliseconds, once, whatever crashes in between.
/// </summary>
internal sealed class CommandStore(NpgsqlDataSource db, TimeProvider time)
{
    private const string Insert = """
        INSERT INTO scheduler.intake (cluster, at, subject_id, payload) VALUES (@cluster, @at, @subject, @payload::jsonb);
        SELECT pg_notify('scheduler_intake', @cluster);
        """;

    private const string InsertForAnswer = """
        WITH queued AS (
            INSERT INTO scheduler.intake (cluster, at, subject_id, payload, wants_answer)
            VALUES (@cluster, @at, @subject, @payload::jsonb, true) RETURNING id)
        SELECT id FROM queued, pg_notify('scheduler_intake', @cluster)
        """;

    private const string Find = """
        SELECT r.cluster, r.code, r.status, r.detail, true AS done FROM scheduler.command_result r WHERE r.id = @id
        UNION ALL
        SELECT i.cluster, NULL, 202, NULL, false FROM scheduler.intake i WHERE i.id = @id AND i.wants_answer
        LIMIT 1
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly CommandAnswers answers = new(db);

    /// <summary>Joins the ambient transaction, if there is one, and waits for nobody.</summary>
    public async Task EnqueueAsync(string cluster, string subject, SchedulerCommand command, CancellationToken ct)
    {
        var payload = JsonSerializer.Serialize(command, StoredJson.Options);
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Insert, new { cluster, at = time.GetUtcNow().UtcDateTime, subject, payload }, cancellationToken: ct));
    }

    /// <summary>Enqueues the command in a transaction of its own and waits some seconds for the leader's answer.</summary>
    public async Task<CommandAnswer> SendAsync(string cluster, string subject, SchedulerCommand command, CancellationToken ct)
    {
        Transactions.RequireNone();
        var id = await InsertForAnswerAsync(cluster, subject, command, ct);
        var coming = answers.Of(id);
        try
        {
            var began = time.GetTimestamp();
            var answer = await AnswerAsync(id, ct);
            while (answer is null or { Outcome: null } && time.GetElapsedTime(began) < Patience)
            {
                if (await Task.WhenAny(coming, Task.Delay(CommandAnswers.Poll, TimeProvider.System, ct)) == coming)
                    return new CommandAnswer(id, cluster, await coming);
                ct.ThrowIfCancellationRequested();
            }

            return answer ?? new CommandAnswer(id, cluster, null);
        }
        finally
        {
            answers.Forget(id);
        }
    }

    /// <returns>Null when there is no such command, or its outcome is older than an hour.</returns>
    public async Task<CommandAnswer?> AnswerAsync(long id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<(string Cluster, string? Code, int Status, string? Detail, bool Done)?>(
            new CommandDefinition(Find, new { id }, cancellationToken: ct));
        return row is { } found
            ? new CommandAnswer(id, found.Cluster, found.Done ? new CommandOutcome(found.Code, found.Status, found.Detail) : null)
            : null;
    }

    private async Task<long> InsertForAnswerAsync(string cluster, string subject, SchedulerCommand command, CancellationToken ct)
    {
        var payload = JsonSerializer.Serialize(command, StoredJson.Options);
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            InsertForAnswer, new { cluster, at = time.GetUtcNow().UtcDateTime, subject, payload }, cancellationToken: ct));
    }
}

/// <param name="Id">Its id.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Outcome">Null while no leader has handled it.</param>
internal sealed record CommandAnswer(long Id, string Cluster, CommandOutcome? Outcome);
