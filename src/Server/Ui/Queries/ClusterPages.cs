namespace Pipeline.Server.Ui.Queries;

/// <summary>Tasks in lists, live ones first.</summary>
public sealed class ClusterPages(UiDb db)
{
    private const string Tasks = """
        SELECT t.id, t.cluster, t.request_id AS requestid, t.phase, (t.healthy_at IS NOT NULL AND t.phase = 'Running') AS healthy, t.host, t.rack,
               t.agent_id AS agentid, t.ports, t.created_at AS createdat, t.ended_at AS endedat, t.reason,
               CASE WHEN t.phase = 'Pending' THEN t.why_pending END AS whypending, t.commit_sha AS sha,
               (SELECT r.owner || '/' || r.name FROM git.commit c JOIN git.repository r ON r.id = c.repository_id
                 WHERE c.sha = t.commit_sha LIMIT 1) AS repository
          FROM (SELECT * FROM scheduler.task
                 WHERE (@cluster::text IS NULL OR cluster = @cluster)
                   AND (@deployable::text IS NULL OR (cluster, request_id) IN (
                        SELECT d.cluster, d.request_id FROM stages.deployable d WHERE d.name = @deployable))
                 ORDER BY ended_at IS NULL DESC, created_at DESC LIMIT @limit) t
         ORDER BY t.ended_at IS NULL DESC, t.created_at DESC
        """;

    /// <param name="cluster">Null for all.</param>
    /// <param name="deployable">Null for all; a deployable may be another request in each stage.</param>
    public Task<IReadOnlyList<TaskLine>> TasksAsync(string? cluster, string? deployable, int limit, CancellationToken ct) =>
        db.ListAsync<TaskLine>(Tasks, new { cluster, deployable, limit }, ct);
}

public sealed record TaskLine(
    string Id, string Cluster, string RequestId, string Phase, bool Healthy, string? Host, string? Rack, string? AgentId, IReadOnlyList<int> Ports,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, string? Reason, string? WhyPending, string? Sha, string? Repository);
