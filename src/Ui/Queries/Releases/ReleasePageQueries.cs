namespace Pipeline.Ui.Queries.Releases;

/// <summary>Releases and artifacts: what the bytes are, from where, and where they went.</summary>
internal sealed class ReleasePageQueries(UiDb db)
{
    private const string View = """
        SELECT a.digest, a.number, a.repository_id AS repositoryid, r.owner || '/' || r.name AS repository, a.commit_sha AS sha, c.subject,
               c.author_name AS author, a.build_id AS buildid, b.number AS buildnumber, a.created_at AS createdat,
               CASE WHEN i.intact THEN a.held_reason ELSE
                 coalesce(a.held_reason, 'release-altered: Its stored document was changed from outside.') END AS heldreason,
               CASE WHEN i.intact THEN a.document::jsonb ELSE '{"artifacts":[],"deployables":[]}'::jsonb END AS document,
               coalesce((SELECT jsonb_agg(jsonb_build_object('digest', t.digest, 'predicateType', t.predicate_type, 'keyId', t.key_id,
                                                             'createdAt', t.created_at) ORDER BY t.created_at)
                           FROM artifact.attestation_subject s JOIN artifact.attestation t ON t.digest = s.attestation
                          WHERE s.subject = a.digest), '[]') AS attestations,
               coalesce((SELECT jsonb_agg(to_jsonb(p) ORDER BY p.number DESC) FROM (
                   SELECT q.id, q.number, q.stage, q.phase, q.created_by AS "createdBy", q.reason, q.blockers, q.created_at AS "createdAt",
                          q.finished_at AS "finishedAt"
                     FROM stages.promotion q WHERE q.release = a.digest) p), '[]') AS promotions
          FROM artifact.release a JOIN git.repository r ON r.id = a.repository_id
          CROSS JOIN LATERAL (SELECT 'sha256:' || encode(sha256(convert_to(a.document, 'UTF8')), 'hex') = a.digest AS intact) i
          LEFT JOIN git.commit c ON c.repository_id = a.repository_id AND c.sha = a.commit_sha
          LEFT JOIN build.build b ON b.id = a.build_id
        """;

    private const string Artifact = """
        SELECT a.digest, a.name, a.module, a.bytes, a.media_type AS mediatype, a.recorded_at AS recordedat,
          r.owner || '/' || r.name AS repository,
               b.sha, b.number AS buildnumber,
               coalesce((SELECT jsonb_agg(jsonb_build_object('digest', t.digest, 'predicateType', t.predicate_type, 'keyId', t.key_id,
                                                             'createdAt', t.created_at) ORDER BY t.created_at)
                           FROM artifact.attestation_subject s JOIN artifact.attestation t ON t.digest = s.attestation
                          WHERE s.subject = a.digest), '[]') AS attestations,
               coalesce((SELECT jsonb_agg(jsonb_build_object('digest', l.digest, 'number', l.number, 'createdAt', l.created_at,
                 'heldReason', l.held_reason)
                                          ORDER BY l.number DESC)
                           FROM artifact.release l WHERE l.build_id = a.build_id), '[]') AS releases,
               coalesce((SELECT jsonb_agg(jsonb_build_object('deployable', d.name, 'stage', d.stage, 'cluster', d.cluster, 'since',
                 d.since))
                           FROM stages.deployable d JOIN artifact.release l ON l.digest = d.release
                          WHERE l.build_id = a.build_id AND l.document LIKE '%' || a.digest || '%'), '[]') AS runsin
          FROM artifact.artifact a JOIN build.build b ON b.id = a.build_id JOIN git.repository r ON r.id = b.repository_id
         WHERE a.digest = @digest ORDER BY a.recorded_at LIMIT 10
        """;

    public Task<ReleaseView?> FindAsync(string owner, string name, long number, CancellationToken ct) => db.FindAsync<ReleaseView>(
        $"{View} WHERE lower(r.owner) = lower(@owner) AND lower(r.name) = lower(@name) AND a.number = @number", new { owner, name,
        number }, ct);

    public Task<ReleaseView?> FindAsync(string digest, CancellationToken ct) =>
        db.FindAsync<ReleaseView>($"{View} WHERE a.digest = @digest", new { digest }, ct);

    /// <summary>Each build that made these very bytes, the first one first.</summary>
    public Task<IReadOnlyList<ArtifactView>> ArtifactAsync(string digest, CancellationToken ct) => db.ListAsync<ArtifactView>(Artifact,
        new { digest }, ct);
}
