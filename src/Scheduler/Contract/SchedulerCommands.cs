using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Policy;

namespace Pipeline.Scheduler.Contract;

/// <summary>
/// The door that writes. A command is a row of the intake, inserted in the caller's ambient transaction: it happens when that commits,
/// or not at all. The leader of the cluster takes it up within milliseconds, once, whatever crashes in between.
/// </summary>
public sealed class SchedulerCommands(NpgsqlDataSource db, TimeProvider time)
{
    private const string Insert = """
        INSERT INTO scheduler.intake (cluster, at, subject_id, payload) VALUES (@cluster, @at, @subject, @payload::jsonb);
        SELECT pg_notify('scheduler_intake', @cluster);
        """;

    private const string Ask = """
        WITH asked AS (
            INSERT INTO scheduler.intake (cluster, at, subject_id, payload, wants_answer)
            VALUES (@cluster, @at, @subject, @payload::jsonb, true) RETURNING id)
        SELECT id FROM asked, pg_notify('scheduler_intake', @cluster)
        """;

    private const string Find = """
        SELECT r.cluster, r.code, r.status, r.detail, true AS done FROM scheduler.command_result r WHERE r.id = @id
        UNION ALL
        SELECT i.cluster, NULL, 202, NULL, false FROM scheduler.intake i WHERE i.id = @id AND i.wants_answer
        LIMIT 1
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>The same run id twice changes nothing.</summary>
    /// <exception cref="ArgumentException">An id is not one: see <see cref="IdRules"/>.</exception>
    public Task RunOnceAsync(RunOnce run, CancellationToken ct)
    {
        RequireId(nameof(run.RequestId), run.RequestId, IdRules.MostRequest);
        RequireId(nameof(run.RunId), run.RunId, IdRules.MostDeploy);
        return PutAsync(run.Cluster, run.RunId, new SubmitRunCommand(run), ct);
    }

    /// <summary>The same deploy id twice changes nothing. A deploy of the same request that is still rolling out is given up for
    /// it.</summary>
    /// <exception cref="ArgumentException">An id is not one: see <see cref="IdRules"/>.</exception>
    public Task DeployAsync(DeploySubmission deploy, CancellationToken ct)
    {
        RequireId(nameof(deploy.RequestId), deploy.RequestId, IdRules.MostRequest);
        RequireId(nameof(deploy.DeployId), deploy.DeployId, IdRules.MostDeploy);
        return PutAsync(deploy.Cluster, deploy.DeployId, new SubmitDeployCommand(deploy), ct);
    }

    /// <summary>Ends the run as cancelled; nothing happens when it has ended.</summary>
    public Task CancelRunAsync(string cluster, string runId, string reason, Actor actor, CancellationToken ct) =>
        PutAsync(cluster, runId, new CancelRunCommand(runId, reason, actor), ct);

    /// <summary>Gives a deploy up that is not healthy yet: its instances are killed, those of the one before run on.</summary>
    public Task CancelDeployAsync(string cluster, string deployId, string reason, Actor actor, CancellationToken ct) =>
        PutAsync(cluster, deployId, new CancelDeployCommand(deployId, reason, actor), ct);

    /// <summary>Kills one task. An instance of a service is replaced, a run ends as cancelled.</summary>
    public Task KillTaskAsync(string cluster, string taskId, string reason, Actor actor, CancellationToken ct) =>
        PutAsync(cluster, taskId, new KillTaskCommand(taskId, reason, actor), ct);

    /// <summary>Kills every task of the request and forgets it.</summary>
    public Task RemoveRequestAsync(string cluster, string requestId, Actor actor, CancellationToken ct) =>
        PutAsync(cluster, requestId, new RemoveRequestCommand(requestId, actor), ct);

    /// <summary>Asks the master for the state of everything, now.</summary>
    public Task ReconcileAsync(string cluster, Actor actor, CancellationToken ct) =>
        PutAsync(cluster, cluster, new ReconcileCommand(actor), ct);

    /// <summary>Puts the command into the intake in a transaction of its own, and waits some seconds for what the leader makes of
    /// it.</summary>
    internal async Task<CommandAnswer> AskAsync(string cluster, string subject, SchedulerCommand command, CancellationToken ct)
    {
        var payload = JsonSerializer.Serialize(command, StoredJson.Options);
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("LISTEN scheduler_command", cancellationToken: ct));
        var id = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            Ask, new { cluster, at = time.GetUtcNow().UtcDateTime, subject, payload }, cancellationToken: ct));
        var began = time.GetTimestamp();
        var answer = await FindAsync(connection, id, ct);
        while (answer is null or { Outcome: null } && time.GetElapsedTime(began) < Patience)
        {
            await connection.WaitAsync(Poll, ct);
            answer = await FindAsync(connection, id, ct);
        }

        return answer ?? new CommandAnswer(id, cluster, null);
    }

    /// <returns>Null when there is no such command, or its outcome is older than an hour.</returns>
    internal async Task<CommandAnswer?> AnswerAsync(long id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await FindAsync(connection, id, ct);
    }

    private static async Task<CommandAnswer?> FindAsync(NpgsqlConnection connection, long id, CancellationToken ct)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(string Cluster, string? Code, int Status, string? Detail, bool Done)?>(
            new CommandDefinition(Find, new { id }, cancellationToken: ct));
        return row is { } found
            ? new CommandAnswer(id, found.Cluster, found.Done ? new CommandOutcome(found.Code, found.Status, found.Detail) : null)
            : null;
    }

    private static void RequireId(string field, string id, int most)
    {
        if (IdRules.Fault(id, most) is { } fault)
            throw new ArgumentException($"'{id}' cannot be an id. {fault}", field);
    }

    private async Task PutAsync(string cluster, string subject, SchedulerCommand command, CancellationToken ct)
    {
        var payload = JsonSerializer.Serialize(command, StoredJson.Options);
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Insert, new { cluster, at = time.GetUtcNow().UtcDateTime, subject, payload }, cancellationToken: ct));
    }
}

/// <param name="Outcome">Null while no leader took it up.</param>
internal sealed record CommandAnswer(long Id, string Cluster, CommandOutcome? Outcome);
