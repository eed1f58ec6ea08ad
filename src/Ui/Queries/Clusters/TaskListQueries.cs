namespace Pipeline.Ui.Queries.Clusters;

/// <summary>Tasks in lists, live ones first.</summary>
internal sealed class TaskListQueries(UiDb db)
{
    private const string Tasks = """
        SELECT t.id, t.cluster, t.request_id AS requestid, t.phase, (t.healthy_at IS NOT NULL AND t.phase = 'Running') AS healthy, t.host,
          t.rack,
               t.agent_id AS agentid, t.ports, t.created_at AS createdat, t.ended_at AS endedat, t.reason,
               CASE WHEN t.phase = 'Pending' THEN t.why_pending END AS whypending, t.commit_sha AS sha,
               (SELECT r.owner || '/' || r.name FROM git.commit c JOIN git.repository r ON r.id = c.repository_id
                 WHERE c.sha = t.commit_sha LIMIT 1) AS repository
          FROM (SELECT * FROM scheduler.task
                 WHERE (@cluster::text IS NULL OR cluster = @cluster)
                   AND (@agent::text IS NULL OR host = @agent) AND (@request::text IS NULL OR request_id = @request)
                   AND (@deployable::text IS NULL OR (cluster, request_id) IN (
                        SELECT d.cluster, d.request_id FROM stages.deployable d WHERE d.name = @deployable))
                 ORDER BY ended_at IS NULL DESC, created_at DESC LIMIT @limit) t
         ORDER BY t.ended_at IS NULL DESC, t.created_at DESC
        """;

    /// <param name="cluster">Null for all.</param>
    /// <param name="deployable">Null for all; a deployable may be another request in each stage.</param>
    public Task<IReadOnlyList<TaskLine>> TasksAsync(string? cluster, string? deployable, int limit, CancellationToken ct) =>
        ListAsync(cluster, deployable, null, null, limit, ct);

    public Task<IReadOnlyList<TaskLine>> OnAgentAsync(string cluster, string host, int limit, CancellationToken ct) =>
        ListAsync(cluster, null, host, null, limit, ct);

    public Task<IReadOnlyList<TaskLine>> OfRequestAsync(string cluster, string request, int limit, CancellationToken ct) =>
        ListAsync(cluster, null, null, request, limit, ct);

    /// <summary>The requests by which a deployable runs: one in each cluster at most.</summary>
    public Task<IReadOnlyList<RequestRef>> RequestsOfAsync(string deployable, CancellationToken ct) => db.ListAsync<RequestRef>(
        "SELECT DISTINCT cluster, request_id AS requestid FROM stages.deployable WHERE name = @deployable ORDER BY 1, 2",
        new { deployable }, ct);

    private Task<IReadOnlyList<TaskLine>> ListAsync(
        string? cluster, string? deployable, string? agent, string? request, int limit, CancellationToken ct) =>
        db.ListAsync<TaskLine>(Tasks, new { cluster, deployable, agent, request, limit }, ct);
}
