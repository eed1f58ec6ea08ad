using System.Text;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.Scheduler.Data.Queries;

/// <summary>The statements that read for API and pages.</summary>
internal static class QuerySql
{
    public const string EnvironmentOf = """
        SELECT t.address, d.spec->>'runnerSpec', (d.spec->'run'->'environment')::text
          FROM scheduler.task t LEFT JOIN scheduler.deploy d ON d.cluster = t.cluster AND d.id = t.deploy_id
         WHERE t.id = @id
        """;

    public const string Clusters = """
        SELECT l.cluster AS name, coalesce(f.state, 'Connecting') AS state, f.detail, f.framework_id, f.master, f.master_version,
               f.reconciliation::text AS reconciliation,
               l.holder AS leader, l.since AS leader_since, l.epoch,
               (SELECT count(*) FROM scheduler.agent a WHERE a.cluster = l.cluster AND a.state = 'Active')::int AS agents,
               t.active AS active_tasks, t.pending AS pending_tasks, t.unreachable AS unreachable_tasks,
               (SELECT count(*) FROM scheduler.deploy d
                 WHERE d.cluster = l.cluster AND d.state IN ('Deploying', 'Retiring'))::int AS active_deploys
          FROM scheduler.leader l
          LEFT JOIN scheduler.framework f ON f.cluster = l.cluster
          CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE phase <> 'Pending')::int AS active,
                      count(*) FILTER (WHERE phase = 'Pending')::int AS pending,
                      count(*) FILTER (WHERE phase = 'Unreachable')::int AS unreachable
                 FROM scheduler.task WHERE cluster = l.cluster AND ended_at IS NULL) t
         WHERE @name::text IS NULL OR l.cluster = @name
         ORDER BY l.cluster
        """;

    public const string Agents = """
        SELECT a.cluster, a.id, a.host, a.address, a.url, a.rack, a.attributes::text AS attributes, a.state, a.seen_at,
               a.cpus, a.memory_mb, a.disk_mb, u.cpus AS used_cpus, u.memory_mb AS used_memory_mb, u.disk_mb AS used_disk_mb, u.tasks,
               h.payload::text AS host_decided, r.payload::text AS rack_decided
          FROM scheduler.agent a
          LEFT JOIN scheduler.machine h ON h.cluster = a.cluster AND h.kind = 'Agent' AND h.name = a.host
          LEFT JOIN scheduler.machine r ON r.cluster = a.cluster AND r.kind = 'Rack' AND r.name = a.rack
          CROSS JOIN LATERAL (
               SELECT coalesce(sum(t.cpus), 0) AS cpus, coalesce(sum(t.memory_mb), 0) AS memory_mb, coalesce(sum(t.disk_mb), 0) AS disk_mb,
                      count(*)::int AS tasks
                 FROM scheduler.task t WHERE t.cluster = a.cluster AND t.agent_id = a.id AND t.ended_at IS NULL) u
         WHERE (@cluster::text IS NULL OR a.cluster = @cluster) AND (@id::text IS NULL OR a.id = @id)
           AND (@named::text IS NULL OR a.id = @named OR a.host = @named)
         ORDER BY a.cluster, a.rack, a.host, a.id
        """;

    public const string Requests = """
        SELECT r.cluster, r.id, r.kind, r.state, r.active_deploy, r.pending_deploy, r.created_at, r.overrides::text AS overrides,
               r.next_fire, r.loops::text AS loops,
               (SELECT count(*) FROM scheduler.task t
                 WHERE t.cluster = r.cluster AND t.request_id = r.id AND t.ended_at IS NULL)::int AS active_tasks
          FROM scheduler.request r
         WHERE (@cluster::text IS NULL OR r.cluster = @cluster) AND (@id::text IS NULL OR r.id = @id)
         ORDER BY r.cluster, r.id
        """;

    private const string DeployColumns = """
        SELECT d.cluster, d.id, d.request_id, d.spec->>'kind' AS kind, d.state, (d.spec->>'instances')::int AS instances,
               (SELECT count(*) FROM scheduler.task t WHERE t.cluster = d.cluster AND t.deploy_id = d.id
                   AND t.healthy_at IS NOT NULL AND t.ended_at IS NULL AND t.phase = 'Running')::int AS healthy_instances,
               d.crashes, d.failure_class, d.reason, d.commit_sha, d.route, d.created_at, d.ended_at,
               d.parent, d.progress::text AS progress, d.failure, d.spec->'options'->>'rollout' AS rollout_spec
          FROM scheduler.deploy d
        """;

    public const string DeployById = $"{DeployColumns} WHERE d.cluster = @cluster AND d.id = @id";

    public const string DeploysById =
        $"{DeployColumns} WHERE (d.cluster, d.id) IN (SELECT * FROM unnest(@clusters::text[], @ids::text[]))";

    public const string DeployPage = DeployColumns + """

         WHERE (@cluster::text IS NULL OR d.cluster = @cluster) AND (@requestId::text IS NULL OR d.request_id = @requestId)
           AND (@at::timestamptz IS NULL OR (d.created_at, d.id) < (@at, @after::text))
         ORDER BY d.created_at DESC, d.id DESC
         LIMIT @limit
        """;

    private const string TaskColumns = """
        SELECT id, cluster, request_id, deploy_id, instance, attempt, phase, agent_id, host, rack, ports, offer_ids,
               cpus, memory_mb, disk_mb, created_at, launched_at, running_at, healthy_at, ended_at,
               outcome, failure_class, exit_code, reason, why_pending, commit_sha, subject::text AS subject
          FROM scheduler.task
        """;

    public const string TaskById = $"{TaskColumns} WHERE id = @id";

    /// <summary>Only the conditions that are set, so that each filter finds its index.</summary>
    public static string TaskPage(TaskFilter filter)
    {
        var sql = new StringBuilder(TaskColumns).Append(" WHERE (@at::timestamptz IS NULL OR (created_at, id) < (@at, @after::text))");
        if (filter.Cluster is not null)
            sql.Append(" AND cluster = @Cluster");
        if (filter.RequestId is not null)
            sql.Append(" AND request_id = @RequestId");
        if (filter.DeployId is not null)
            sql.Append(" AND deploy_id = @DeployId");
        if (filter.Commit is not null)
            sql.Append(" AND commit_sha = @Commit");
        if (filter.ActiveOnly)
            sql.Append(" AND ended_at IS NULL");
        return sql.Append(" ORDER BY created_at DESC, id DESC LIMIT @limit").ToString();
    }

    public const string Statuses = """
        SELECT at, state, source, reason, message, healthy FROM scheduler.task_status WHERE task_id = @id ORDER BY id
        """;

    public const string Probes = """
        SELECT at, duration_ms, passed, status, detail FROM scheduler.probe WHERE task_id = @id ORDER BY id DESC LIMIT 200
        """;

    public const string Pending = """
        SELECT cluster, id AS task_id, request_id, deploy_id, created_at AS since,
               coalesce(why_pending, 'not looked at yet') AS reason, commit_sha
          FROM scheduler.task
         WHERE ended_at IS NULL AND phase = 'Pending' AND (@cluster::text IS NULL OR cluster = @cluster)
         ORDER BY created_at, id LIMIT 1000
        """;

    public const string ServiceDeploys = """
        SELECT d.cluster, d.id, d.request_id, d.spec->'subject'->>'stage' AS stage, (d.spec->'subject'->>'repository')::uuid AS repository,
               d.spec->'subject'->>'deployable' AS deployable, d.route, d.state = 'Active' AS is_active,
               coalesce((SELECT min(e.created_at) FROM scheduler.deploy e
                          WHERE e.cluster = d.cluster AND e.request_id = d.request_id AND e.route = d.route), d.created_at) AS route_since
          FROM scheduler.deploy d
          JOIN scheduler.request r ON r.cluster = d.cluster AND r.id = d.request_id
         WHERE d.state IN ('Deploying', 'Retiring', 'Active') AND r.kind = 'Service'
           AND NOT EXISTS (SELECT FROM scheduler.intake i
                            WHERE i.cluster = d.cluster AND i.subject_id = d.request_id AND i.payload->>'kind' = 'remove')
         ORDER BY route_since, d.cluster, d.id
        """;

    public const string HealthyInstances = """
        SELECT t.cluster, t.request_id, t.deploy_id, t.id AS task_id, t.address, t.ports, d.route, t.subject->>'stage' AS stage,
               (t.subject->>'repository')::uuid AS repository, t.subject->>'deployable' AS deployable
          FROM scheduler.task t
          JOIN scheduler.deploy d ON d.cluster = t.cluster AND d.id = t.deploy_id
         WHERE t.ended_at IS NULL AND t.phase = 'Running' AND t.healthy_at IS NOT NULL AND cardinality(t.ports) > 0
         ORDER BY t.id
        """;
}
