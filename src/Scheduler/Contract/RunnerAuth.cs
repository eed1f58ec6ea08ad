using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Launching;

namespace Pipeline.Scheduler.Contract;

/// <summary>Proves that a caller of <c>/runner/v1</c> is the task it names.</summary>
/// <remarks>
/// Ticket and token are HMAC-SHA256 of the task id under the server's key, so nothing secret is stored. The ticket travels in the task's
/// environment and is worth one exchange: the first nonce binds it. The token expires with its task.
/// </remarks>
public sealed class RunnerAuth
{
    /// <summary>How long a token outlives its task: the last log lines may be on their way when the agent reports the end.</summary>
    private const string Find = """
        SELECT cluster, request_id, deploy_id, subject::text AS subject
          FROM scheduler.task
         WHERE id = @taskId AND (ended_at IS NULL OR ended_at > @now - interval '2 minutes')
        """;

    private const string Bind = """
        UPDATE scheduler.task t
           SET runner_nonce = @nonce, runner_ports = coalesce(t.runner_ports, CASE WHEN @reportsPorts THEN '{}'::int[] END)
          FROM scheduler.deploy d
         WHERE t.id = @taskId AND t.ended_at IS NULL AND t.phase <> 'Pending' AND (t.runner_nonce IS NULL OR t.runner_nonce = @nonce)
           AND d.cluster = t.cluster AND d.id = t.deploy_id
        RETURNING d.spec->>'runnerSpec' AS spec, d.spec->>'run' AS run
        """;

    // Added to what it said before: a report that had to be repeated may arrive after the next one.
    private const string Listens = """
        UPDATE scheduler.task
           SET runner_ports = ARRAY(
                 SELECT DISTINCT p FROM unnest(coalesce(runner_ports, '{}') || @ports) p WHERE p = ANY (ports) ORDER BY p)
         WHERE id = @taskId AND ended_at IS NULL
        """;

    private readonly NpgsqlDataSource db;
    private readonly ServerKey key;
    private readonly TimeProvider time;

    internal RunnerAuth(NpgsqlDataSource db, ServerKey key, TimeProvider time)
    {
        this.db = db;
        this.key = key;
        this.time = time;
    }

    /// <param name="taskId">The task's id.</param>
    /// <param name="authorizationHeader"><c>Bearer &lt;token&gt;</c>.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <returns>Null when the token is not this task's, or the task is unknown or long over.</returns>
    public async Task<RunnerIdentity?> AuthenticateAsync(string taskId, string? authorizationHeader, CancellationToken ct)
    {
        const string scheme = "Bearer ";
        if (authorizationHeader is null || !authorizationHeader.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            || !Same(authorizationHeader[scheme.Length..].Trim(), key.TokenFor(taskId)))
            return null;
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<(string Cluster, string RequestId, string DeployId, string Subject)?>(
            new CommandDefinition(Find, new { taskId, now = time.GetUtcNow().UtcDateTime }, cancellationToken: ct));
        return row is { } found
            ? new RunnerIdentity(
                found.Cluster, taskId, found.RequestId, found.DeployId,
                    JsonSerializer.Deserialize<JournalSubject>(found.Subject, StoredJson.Options)!)
            : null;
    }

    /// <summary>Exchanges the ticket for the token and the spec. The first nonce binds; the same nonce may ask again.</summary>
    internal async Task<Redeemed> RedeemAsync(
        string taskId, string ticket, string nonce, bool reportsPorts, CancellationToken ct)
    {
        if (!Same(ticket, key.TicketFor(taskId)))
            return new Redeemed(RedeemOutcome.WrongTicket, null, null, null);
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<(string Spec, string? Run)?>(new CommandDefinition(
            Bind, new { taskId, nonce, reportsPorts }, cancellationToken: ct));
        if (row is not { } found)
            return new Redeemed(RedeemOutcome.TakenOrOver, null, null, null);
        var run = found.Run is null ? null : JsonSerializer.Deserialize<RunDetails>(found.Run, StoredJson.Options);
        return new Redeemed(RedeemOutcome.Bound, key.TokenFor(taskId), found.Spec, run);
    }

    /// <summary>The task's own program listens on these of its ports.</summary>
    /// <returns>False when the token is not this task's.</returns>
    internal async Task<bool> ListensAsync(string taskId, string? authorizationHeader, IReadOnlyList<int> ports, CancellationToken ct)
    {
        if (await AuthenticateAsync(taskId, authorizationHeader, ct) is null)
            return false;
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Listens, new { taskId, ports = ports.ToArray() }, cancellationToken: ct));
        return true;
    }

    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}

internal enum RedeemOutcome
{
    Bound,
    WrongTicket,
    TakenOrOver,
}

/// <param name="Outcome">How it ended.</param>
/// <param name="Token">The token, when the ticket was this task's.</param>
/// <param name="Spec">JSON for TaskRunner.</param>
/// <param name="Run">What this run has of its own over its spec; null for everything else.</param>
internal sealed record Redeemed(RedeemOutcome Outcome, string? Token, string? Spec, RunDetails? Run);
