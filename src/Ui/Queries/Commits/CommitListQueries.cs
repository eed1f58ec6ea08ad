using Pipeline.Kernel.Paging;
using Pipeline.Ui.Queries.Builds;

namespace Pipeline.Ui.Queries.Commits;

/// <summary>Lists of commits with their strips.</summary>
internal sealed class CommitListQueries(UiDb db)
{
    private const string Marks = $"""
        (SELECT jsonb_build_object('id', b.id, 'number', b.number, 'state', {BuildPageQueries.BuildState}, 'reason', b.reason, 'createdAt',
          b.created_at,
                                   'startedAt', b.started_at, 'finishedAt', b.finished_at)
           FROM build.build b WHERE b.repository_id = c.repository_id AND b.sha = c.sha ORDER BY b.created_at DESC LIMIT 1) AS build,
        (SELECT jsonb_build_object('digest', a.digest, 'number', a.number, 'heldReason', a.held_reason, 'createdAt', a.created_at)
           FROM artifact.release a WHERE a.commit_sha = c.sha AND a.repository_id = c.repository_id ORDER BY a.number DESC LIMIT 1) AS release,
        coalesce((SELECT jsonb_agg(m) FROM (
            SELECT DISTINCT ON (p.stage) p.stage, p.phase, p.id AS promotion, p.reason, p.blockers, p.created_at AS "createdAt",
                   p.started_at AS "startedAt", p.finished_at AS "finishedAt", p.bake_until AS "bakeUntil",
                   EXISTS (SELECT FROM stages.slot s WHERE s.stage = p.stage AND s.repository_id = p.repository_id
                                                       AND s.current_release = p.release) AS "isCurrent"
              FROM stages.promotion p WHERE p.commit_sha = c.sha AND p.repository_id = c.repository_id
             ORDER BY p.stage, p.number DESC) m), '[]') AS stages
        """;

    private const string Columns = """
        c.repository_id AS repositoryid, r.owner || '/' || r.name AS repository, c.sha, c.subject, c.author_name AS author
        """;

    // Delivery ids are UUIDv7: the newest push is the end of an index, however long the history.
    private const string Newest = $"""
        SELECT {Columns}, p.pusher, regexp_replace(p.ref, '^refs/heads/', '') AS branch, p.received_at AS at, {Marks}
          FROM (SELECT * FROM git.push ORDER BY delivery_id DESC LIMIT @limit) p
          JOIN git.commit c ON c.repository_id = p.repository_id AND c.sha = p.after_sha
          JOIN git.repository r ON r.id = c.repository_id
         ORDER BY p.delivery_id DESC
        """;

    private const string OfBranch = $"""
        SELECT c.id AS commitid, {Columns}, c.pusher, cb.branch, cb.committed_at AS at, {Marks}
          FROM (SELECT * FROM git.commit_branch
                 WHERE repository_id = @repository AND branch = @branch
                   AND (@at::timestamptz IS NULL OR (committed_at, commit_id) < (@at, @id))
                 ORDER BY committed_at DESC, commit_id DESC LIMIT @limit) cb
          JOIN git.commit c ON c.repository_id = cb.repository_id AND c.sha = cb.sha
          JOIN git.repository r ON r.id = c.repository_id
         ORDER BY cb.committed_at DESC, cb.commit_id DESC
        """;

    /// <summary>The newest pushes of all repositories.</summary>
    public Task<IReadOnlyList<CommitLine>> NewestAsync(int limit, CancellationToken ct) => db.ListAsync<CommitLine>(Newest, new { limit },
        ct);

    /// <summary>Newest first.</summary>
    /// <param name="after">The cursor of the page before; null for the first page.</param>
    public async Task<CommitListPage> OfBranchAsync(Guid repository, string branch, Cursor? after, int limit, CancellationToken ct)
    {
        var lines = await db.ListAsync<CommitLine>(
            OfBranch, new { repository, branch, at = after?.At.UtcDateTime, id = after?.Id ?? Guid.Empty, limit }, ct);
        return new CommitListPage(lines, lines.Count < limit ? null : new Cursor(lines[^1].At, lines[^1].CommitId).ToString());
    }
}
