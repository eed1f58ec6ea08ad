using Pipeline.Ui.Queries.Releases;

namespace Pipeline.Ui.Queries.Builds;

/// <summary>Builds with modules, steps and what they made.</summary>
internal sealed class BuildPageQueries(UiDb db)
{
    /// <summary>What people read for the stored state of a build: nothing runs before the first module does.</summary>
    public const string BuildState = """
        CASE b.state WHEN 'Running' THEN CASE WHEN b.started_at IS NULL THEN 'pending' ELSE 'building' END ELSE lower(b.state) END
        """;

    private const string View = $"""
        SELECT b.id, b.repository_id AS repositoryid, r.owner || '/' || r.name AS repository, b.sha,
               (SELECT c.subject FROM git.commit c WHERE c.repository_id = b.repository_id AND c.sha = b.sha) AS subject, b.branch,
                 b.number,
               {BuildState} AS state, b.trigger, b.requested_by AS requestedby, b.failure_class AS failureclass, b.reason,
               b.definition_file AS definitionfile, b.problems, b.created_at AS createdat, b.started_at AS startedat,
                 b.finished_at AS finishedat,
               (SELECT o.number FROM build.build o WHERE o.id = b.retry_of) AS retryof,
               coalesce((SELECT jsonb_agg(to_jsonb(m) ORDER BY m.position) FROM (
                   SELECT m.position, m.name, m.state, m.depends_on AS "dependsOn", m.task_id AS "taskId", t.cluster, t.host,
                          CASE WHEN t.phase = 'Pending' THEN t.why_pending END AS "whyPending", m.failure_class AS "failureClass", m.reason,
                          m.failed_step AS "failedStep", m.exit_code AS "exitCode", m.queued_at AS "queuedAt", m.started_at AS "startedAt",
                          m.finished_at AS "finishedAt",
                          coalesce((SELECT jsonb_agg(jsonb_build_object('index', s.index, 'name', s.name, 'state', s.state, 'exitCode',
                            s.exit_code,
                                           'logBytes', s.log_bytes, 'tail', s.tail, 'startedAt', s.started_at, 'finishedAt', s.finished_at)
                                           ORDER BY s.index) FROM build.step s WHERE s.module_build_id = m.id), '[]') AS steps
                     FROM build.module_build m
                     LEFT JOIN LATERAL (SELECT * FROM scheduler.task t WHERE t.deploy_id = m.run_id ORDER BY t.attempt DESC LIMIT 1) t ON true
                    WHERE m.build_id = b.id) m), '[]') AS modules
          FROM build.build b JOIN git.repository r ON r.id = b.repository_id
        """;

    private const string Artifacts = """
        SELECT a.module, a.name, a.digest, a.bytes, a.media_type AS mediatype, a.recorded_at AS recordedat,
               coalesce((SELECT jsonb_agg(jsonb_build_object('digest', t.digest, 'predicateType', t.predicate_type, 'keyId', t.key_id,
                                                             'createdAt', t.created_at) ORDER BY t.created_at)
                           FROM artifact.attestation_subject s JOIN artifact.attestation t ON t.digest = s.attestation
                          WHERE s.subject = a.digest), '[]') AS attestations
          FROM artifact.artifact a WHERE a.build_id = @build ORDER BY a.module, a.name
        """;

    private const string Lines = $"""
        SELECT b.id, b.repository_id AS repositoryid, r.owner || '/' || r.name AS repository, b.sha,
               (SELECT c.subject FROM git.commit c WHERE c.repository_id = b.repository_id AND c.sha = b.sha) AS subject, b.branch,
                 b.number,
               {BuildState} AS state, b.trigger, b.requested_by AS requestedby, b.failure_class AS failureclass, b.reason,
               b.created_at AS createdat, b.started_at AS startedat, b.finished_at AS finishedat
          FROM build.build b JOIN git.repository r ON r.id = b.repository_id
        """;

    /// <summary>All attempts for a commit, newest first.</summary>
    public Task<IReadOnlyList<BuildView>> OfCommitAsync(Guid repository, string sha, CancellationToken ct) =>
        db.ListAsync<BuildView>(
            $"{View} WHERE b.repository_id = @repository AND b.sha = @sha ORDER BY b.created_at DESC LIMIT 20", new { repository, sha },
            ct);

    public Task<BuildView?> FindAsync(string owner, string name, long number, CancellationToken ct) => db.FindAsync<BuildView>(
        $"{View} WHERE lower(r.owner) = lower(@owner) AND lower(r.name) = lower(@name) AND b.number = @number", new { owner, name,
        number }, ct);

    public Task<IReadOnlyList<ArtifactRow>> ArtifactsAsync(Guid build, CancellationToken ct) =>
        db.ListAsync<ArtifactRow>(Artifacts, new { build }, ct);

    /// <summary>Newest first, before <paramref name="before"/> (a build number) when given.</summary>
    public Task<IReadOnlyList<BuildLine>> OfRepositoryAsync(Guid repository, long? before, int limit, CancellationToken ct) =>
        db.ListAsync<BuildLine>(
        $"{Lines} WHERE b.repository_id = @repository AND (@before::bigint IS NULL OR b.number < @before) ORDER BY b.number DESC LIMIT @limit",
        new { repository, before, limit }, ct);

    /// <summary>The newest failures that nothing newer on the same branch has mended.</summary>
    public Task<IReadOnlyList<BuildLine>> BrokenAsync(int limit, CancellationToken ct) => db.ListAsync<BuildLine>(
        $"""
        {Lines}
          JOIN git.branch h ON h.repository_id = b.repository_id AND h.name = b.branch AND h.head_sha = b.sha
         WHERE b.state = 'Failed'
           AND NOT EXISTS (SELECT FROM build.build n WHERE n.repository_id = b.repository_id AND n.sha = b.sha AND n.number > b.number)
         ORDER BY b.created_at DESC LIMIT @limit
        """,
        new { limit }, ct);
}
