using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Data.Commit;

/// <summary>The rows of one cluster as its loop reads and writes them.</summary>
internal sealed class ClusterStore(NpgsqlDataSource db, Journal journal, TimeProvider time, string cluster)
{
    /// <summary>At most so many commands in one step, so that what the master sends does not wait behind a flood of them.</summary>
    public const int QueueBatch = 500;

    private const string CheckEpoch = "UPDATE scheduler.leader SET beat_at = @now WHERE cluster = @cluster AND epoch = @epoch";

    // A run or deploy that is in the table was handled before: its command changes nothing. A run on demand is named after the deploy
    // that is in force when it is handled.
    private const string ReadQueue = """
        SELECT i.id, i.subject_id, i.payload::text AS payload, i.wants_answer,
               EXISTS (SELECT 1 FROM scheduler.deploy d
                        WHERE d.cluster = i.cluster
                          AND d.id = CASE i.payload->>'kind'
                                     WHEN 'run-now' THEN (SELECT r.active_deploy || '.run.' || (i.payload->>'runId')
                                                            FROM scheduler.request r WHERE r.cluster = i.cluster AND r.id = i.subject_id)
                                     ELSE i.subject_id END) AS known
          FROM scheduler.intake i
         WHERE i.cluster = @cluster
         ORDER BY i.id
         LIMIT @QueueBatch
        """;

    private static readonly JsonSerializerOptions Json = new(StoredJson.Options) { AllowOutOfOrderMetadataProperties = true };

    public async Task<IReadOnlyList<QueuedCommand>> ReadCommandsAsync(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<(long Id, string SubjectId, string Payload, bool WantsAnswer, bool Known)>(
            new CommandDefinition(ReadQueue, new { cluster, QueueBatch }, cancellationToken: ct));
        return [.. rows.Select(r =>
        {
            var (command, error) = Decode(r.Payload);
            return new QueuedCommand(r.Id, command!, r.WantsAnswer, r.Known) { SubjectId = r.SubjectId, Payload = r.Payload,
                Error = error };
        })];
    }

    private static (SchedulerCommand? Command, string? Error) Decode(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize<SchedulerCommand>(payload, Json) is { } command ? (command, null) : (null, "it is empty");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or FormatException)
        {
            return (null, $"it cannot be read: {e.Message}");
        }
    }

    public async Task<bool> KnowsTaskAsync(string taskId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT 1 FROM scheduler.task WHERE id = @taskId AND cluster = @cluster AND ended_at IS NOT NULL)",
            new { taskId, cluster }, cancellationToken: ct));
    }

    /// <summary>Whether the task itself is to be met at the port: its runner has come and, if it says so, the task's own program listens
    /// there. Until then another program may. A port that is not the task's is somebody's by intention.</summary>
    public async Task<bool> ListensAsync(string taskId, int port, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            SELECT runner_nonce IS NOT NULL AND (runner_ports IS NULL OR @port = ANY (runner_ports) OR @port <> ALL (ports))
              FROM scheduler.task
             WHERE id = @taskId AND cluster = @cluster
            """,
            new { taskId, port, cluster }, cancellationToken: ct));
    }

    /// <summary>Group commit: all rows, the handled commands and the journal, or nothing.</summary>
    /// <exception cref="FencedException">Another leader came after <paramref name="epoch"/>.</exception>
    public Task SaveAsync(long epoch, Effects effects, IReadOnlyList<long> intake, CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            await SaveRowsAsync(epoch, effects, intake, token);
            await journal.AppendAsync(effects.Events, token);
        },
        ct);

    private async Task SaveRowsAsync(long epoch, Effects effects, IReadOnlyList<long> intake, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var now = time.GetUtcNow().UtcDateTime;
        if (await connection.ExecuteAsync(new CommandDefinition(CheckEpoch, new { cluster, epoch, now }, cancellationToken: ct)) != 1)
            throw new FencedException(cluster, epoch);
        foreach (var (sql, arguments) in Statements(effects, intake, now))
            await connection.ExecuteAsync(new CommandDefinition(sql, arguments, cancellationToken: ct));
    }

    private IEnumerable<(string Sql, object Arguments)> Statements(Effects effects, IReadOnlyList<long> intake, DateTime now)
    {
        if (effects.Framework is { } f)
            yield return (ClusterSql.Framework,
                new
                {
                    cluster, f.FrameworkId, State = f.State.ToString(), f.Detail, f.Master, f.MasterVersion, now,
                    reconciliation = f.Reconciliation is null ? null : JsonSerializer.Serialize(f.Reconciliation, StoredJson.Options),
                });
        if (effects.Freeze is { } change)
        {
            yield return change.Freeze is null
                ? (ClusterSql.Thaw, new { cluster })
                : (ClusterSql.Freeze, new { cluster, payload = JsonSerializer.Serialize(change.Freeze, StoredJson.Options) });
        }

        if (effects.Agents.Count > 0)
            yield return (AgentSql.Agents, AgentSql.AgentArguments(cluster, [.. effects.Agents.Values]));
        if (effects.Requests.Count > 0)
            yield return (RequestSql.Requests, RequestSql.RequestArguments(cluster, [.. effects.Requests.Values]));
        if (effects.Deploys.Count > 0)
            yield return (DeploySql.Deploys, DeploySql.DeployArguments(cluster, [.. effects.Deploys.Values]));
        if (effects.Tasks.Count > 0)
            yield return (TaskSql.Tasks, TaskSql.TaskArguments(cluster, [.. effects.Tasks.Values]));
        if (effects.Statuses.Count > 0)
            yield return (TaskHistorySql.Statuses, TaskHistorySql.StatusArguments(effects.Statuses));
        if (effects.Probes.Count > 0)
            yield return (TaskHistorySql.Probes, TaskHistorySql.ProbeArguments(effects.Probes));
        foreach (var statement in MachineSql.Statements(cluster, effects))
            yield return statement;
        if (effects.Answers.Count > 0)
            yield return (ClusterSql.Answers, ClusterSql.AnswerArguments(cluster, now, effects.Answers));
        if (intake.Count > 0)
            yield return ("DELETE FROM scheduler.intake WHERE id = ANY(@ids)", new { ids = intake.ToArray() });
    }
}

/// <param name="Id">Its id.</param>
/// <param name="Command">The command; null when it cannot be read.</param>
/// <param name="WantsAnswer">Its sender waits for the outcome.</param>
/// <param name="Known">What it would make was made before.</param>
internal sealed record QueuedCommand(long Id, SchedulerCommand Command, bool WantsAnswer, bool Known)
{
    public string SubjectId { get; init; } = "";
    public string? Payload { get; init; }

    /// <summary>Why the payload could not be read; then there is no command.</summary>
    public string? Error { get; init; }
}
