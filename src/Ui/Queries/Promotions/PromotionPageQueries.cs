namespace Pipeline.Ui.Queries.Promotions;

/// <summary>Promotions, stages and what runs in them.</summary>
internal sealed class PromotionPageQueries(UiDb db)
{
    private const string View = """
        SELECT p.id, p.number, p.repository_id AS repositoryid, r.owner || '/' || r.name AS repository, p.stage, p.cluster, p.release,
               p.release_number AS releasenumber, p.commit_sha AS sha, c.subject, c.author_name AS author, c.author_email AS authoremail,
                 c.pusher,
               p.phase, p.created_by AS createdby, p.generation, p.failure_class AS failureclass, p.reason, p.blockers,
                 p.plan_digest AS plandigest,
               p.created_at AS createdat, p.started_at AS startedat, p.healthy_at AS healthyat, p.bake_until AS bakeuntil,
                 p.finished_at AS finishedat,
               (SELECT n.number FROM artifact.release n WHERE n.digest = p.target) AS targetnumber,
               (SELECT n.number FROM artifact.release n WHERE n.digest = p.superseded_by) AS supersededbynumber,
               EXISTS (SELECT FROM stages.slot s WHERE s.stage = p.stage AND s.repository_id = p.repository_id
                                                   AND s.current_release = p.release) AS iscurrent,
               coalesce((SELECT jsonb_agg(jsonb_build_object('kind', d.kind, 'person', d.person, 'comment', d.comment, 'at', d.at,
                            'planDigest', d.plan_digest) ORDER BY d.at) FROM stages.decision d WHERE d.promotion_id = p.id),
                              '[]') AS decisions,
               coalesce((SELECT jsonb_agg(jsonb_build_object('deployable', d.deployable, 'cluster', d.cluster, 'deployId', d.deploy_id,
                            'rollback', d.rollback, 'instances', d.instances, 'state', d.state, 'reason', d.reason, 'submittedAt',
                              d.submitted_at,
                            'endedAt', d.ended_at,
                            'healthy', (SELECT count(*) FROM scheduler.task t WHERE t.cluster = d.cluster AND t.deploy_id = d.deploy_id
                                           AND t.phase = 'Running' AND t.healthy_at IS NOT NULL),
                            'tasks', coalesce((SELECT jsonb_agg(jsonb_build_object('id', t.id, 'phase', t.phase, 'healthy',
                                           t.healthy_at IS NOT NULL AND t.phase = 'Running', 'host', t.host) ORDER BY t.instance, t.attempt)
                                           FROM scheduler.task t WHERE t.cluster = d.cluster AND t.deploy_id = d.deploy_id), '[]'))
                            ORDER BY d.rollback, d.deployable) FROM stages.deploy d WHERE d.promotion_id = p.id), '[]') AS deploys
          FROM stages.promotion p JOIN git.repository r ON r.id = p.repository_id
          LEFT JOIN git.commit c ON c.repository_id = p.repository_id AND c.sha = p.commit_sha
        """;

    private const string OfStage = """
        SELECT p.id, p.number, p.repository_id AS repositoryid, r.owner || '/' || r.name AS repository, p.stage,
          p.release_number AS releasenumber,
               p.commit_sha AS sha, c.subject, p.phase, p.reason, p.blockers, p.created_by AS createdby, p.created_at AS createdat,
               p.finished_at AS finishedat
          FROM (SELECT * FROM stages.promotion WHERE stage = @stage AND phase <> 'Superseded' ORDER BY created_at DESC,
            id DESC LIMIT @limit) p
          JOIN git.repository r ON r.id = p.repository_id
          LEFT JOIN git.commit c ON c.repository_id = p.repository_id AND c.sha = p.commit_sha
         ORDER BY p.phase = 'Waiting' DESC, p.created_at DESC
        """;

    private const string OfDeployable = """
        SELECT p.id, p.number, p.stage, p.phase, p.created_by AS createdby, p.reason, p.blockers, p.created_at AS createdat,
          p.finished_at AS finishedat
          FROM stages.promotion p WHERE p.repository_id = @repository ORDER BY p.number DESC LIMIT 30
        """;

    public Task<PromotionPageView?> FindAsync(Guid id, CancellationToken ct) => db.FindAsync<PromotionPageView>($"{View} WHERE p.id = @id",
        new { id }, ct);

    /// <summary>The newest promotion of a release into a stage.</summary>
    public Task<PromotionPageView?> FindAsync(string owner, string name, long release, string stage, CancellationToken ct) =>
        db.FindAsync<PromotionPageView>(
            $"""
            {View} WHERE lower(r.owner) = lower(@owner) AND lower(r.name) = lower(@name) AND p.release_number = @release AND p.stage = @stage
             ORDER BY p.number DESC LIMIT 1
            """,
            new { owner, name, release, stage },
            ct);

    /// <summary>What waits first, then the newest; superseded ones are left out.</summary>
    public Task<IReadOnlyList<StagePromotion>> OfStageAsync(string stage, int limit, CancellationToken ct) =>
        db.ListAsync<StagePromotion>(OfStage, new { stage, limit }, ct);

    public Task<IReadOnlyList<PromotionLine>> OfRepositoryAsync(Guid repository, CancellationToken ct) =>
        db.ListAsync<PromotionLine>(OfDeployable, new { repository }, ct);
}
