using Dapper;
using Npgsql;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>Finds the agent that holds a task's sandbox.</summary>
internal sealed class SandboxStore(NpgsqlDataSource db)
{
    private const string Find = """
        SELECT t.id, t.cluster, t.running_at, f.framework_id, a.url AS agent_url, t.host, coalesce(a.state = 'Dead', false) AS agent_lost,
               t.phase, t.ended_at IS NOT NULL AS is_over, t.outcome, t.exit_code, coalesce(t.reason, t.why_pending) AS reason
          FROM scheduler.task t
          LEFT JOIN scheduler.agent a ON a.cluster = t.cluster AND a.id = t.agent_id
          LEFT JOIN scheduler.framework f ON f.cluster = t.cluster
         WHERE t.id = @taskId
        """;

    /// <returns>Null when no such task is known.</returns>
    public async Task<SandboxTask?> FindAsync(string taskId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Find, new { taskId }, cancellationToken: ct));
        return row?.ToTask();
    }

    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string Cluster { get; init; } = "";
        public DateTime? RunningAt { get; init; }
        public string? FrameworkId { get; init; }
        public string? AgentUrl { get; init; }
        public string? Host { get; init; }
        public bool AgentLost { get; init; }
        public string Phase { get; init; } = "";
        public bool IsOver { get; init; }
        public string? Outcome { get; init; }
        public int? ExitCode { get; init; }
        public string? Reason { get; init; }

        public SandboxTask ToTask() => new(
            Id, FrameworkId, AgentUrl, Host, AgentLost,
            new SandboxTaskEnd(RowText.Kebab(Phase), IsOver, Outcome is null ? null : RowText.Kebab(Outcome), ExitCode, Reason))
        { Cluster = Cluster, RunningAt = RunningAt.Utc() };
    }
}
