using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Promotions;
using Pipeline.Ui.Queries.Releases;

namespace Pipeline.Ui.Queries.Commits;

/// <summary>The page of a commit: the spine.</summary>
internal sealed class CommitPageQueries(UiDb db, BuildPageQueries builds, MatrixQueries matrix)
{
    private const string Find = """
        SELECT r.id AS repositoryid, r.owner || '/' || r.name AS repository, r.web_url AS weburl, c.sha, c.subject, c.message,
               c.author_name AS author, c.authored_at AS authoredat, coalesce(p.pusher, c.pusher) AS pusher, p.received_at AS pushedat,
               d.external_id AS deliveryid,
               coalesce((SELECT jsonb_agg(cb.branch ORDER BY cb.branch <> r.default_branch, cb.branch) FROM git.commit_branch cb
                          WHERE cb.repository_id = c.repository_id AND cb.sha = c.sha), '[]') AS branches, r.default_branch AS defaultbranch
          FROM git.repository r
          JOIN git.commit c ON c.repository_id = r.id
          LEFT JOIN LATERAL (SELECT * FROM git.push q WHERE q.repository_id = c.repository_id AND q.after_sha = c.sha
                              ORDER BY q.received_at LIMIT 1) p ON true
          LEFT JOIN git.delivery d ON d.id = p.delivery_id
         WHERE lower(r.owner) = lower(@owner) AND lower(r.name) = lower(@name) AND c.sha = @sha
        """;

    private const string Release = """
        SELECT digest, number, held_reason AS heldreason, created_at AS createdat FROM artifact.release
         WHERE repository_id = @repository AND commit_sha = @sha ORDER BY number DESC LIMIT 1
        """;

    private const string Stages = """
        SELECT DISTINCT ON (p.stage) p.stage, p.phase, p.id AS promotion, p.reason, p.blockers, p.created_at AS createdat,
               p.started_at AS startedat, p.finished_at AS finishedat, p.bake_until AS bakeuntil,
               EXISTS (SELECT FROM stages.slot s WHERE s.stage = p.stage AND s.repository_id = p.repository_id
                                                   AND s.current_release = p.release) AS iscurrent
          FROM stages.promotion p WHERE p.commit_sha = @sha AND p.repository_id = @repository ORDER BY p.stage, p.number DESC
        """;

    private const int MostDeployables = 500;

    // Ancestry, bounded: a commit that is further back than this reads as "not in there".
    private const string RunsNow = """
        WITH RECURSIVE running AS (
            SELECT * FROM stages.deployable WHERE repository_id = @repository),
        ancestry AS (
            SELECT DISTINCT commit_sha AS head, commit_sha AS sha, 0 AS depth FROM running
            UNION
            SELECT a.head, parent, a.depth + 1
              FROM ancestry a JOIN git.commit c ON c.repository_id = @repository AND c.sha = a.sha, unnest(c.parents) AS parent
             WHERE a.depth < 200 AND a.sha <> @sha)
        SELECT d.name AS deployable, d.stage,
               CASE WHEN d.commit_sha = @sha THEN 'exact'
                    WHEN EXISTS (SELECT FROM ancestry a WHERE a.head = d.commit_sha AND a.sha = @sha) THEN 'contained'
                    ELSE 'without' END AS relation
          FROM running d ORDER BY d.name, d.stage
        """;

    private const string Statuses = """
        SELECT context, state, description, target_url AS targeturl, result, reason, attempts, reported_at AS reportedat
          FROM git.status WHERE repository_id = @repository AND sha = @sha ORDER BY context
        """;

    private const string Near = """
        SELECT r.owner || '/' || r.name AS repository, c.sha, c.subject FROM git.commit c JOIN git.repository r ON r.id = c.repository_id
         WHERE c.sha LIKE @prefix ORDER BY lower(r.owner) = lower(@owner) AND lower(r.name) = lower(@name) DESC, c.committed_at DESC LIMIT 5
        """;

    /// <summary>Null when the repository or the commit is unknown.</summary>
    public async Task<CommitView?> FindAsync(string owner, string name, string sha, CancellationToken ct)
    {
        var head = await db.FindAsync<Head>(Find, new { owner, name, sha }, ct);
        if (head is null)
            return null;
        var key = new { repository = head.RepositoryId, sha = head.Sha };
        var built = await builds.OfCommitAsync(head.RepositoryId, head.Sha, ct);
        return new CommitView(
            head.RepositoryId, head.Repository, head.WebUrl, head.Sha, head.Subject, head.Message, head.Author, head.AuthoredAt,
            head.Pusher, head.PushedAt, head.DeliveryId, head.Branches, head.DefaultBranch, built,
            await db.FindAsync<ReleaseMark>(Release, key, ct),
            await db.ListAsync<StageMark>(Stages, key, ct),
            built.Count == 0 ? [] : await builds.ArtifactsAsync(built[0].Id, ct),
            await RunsNowAsync(key.repository, key.sha, ct),
            await db.ListAsync<StatusRow>(Statuses, key, ct));
    }

    private async Task<IReadOnlyList<RunsNowRow>> RunsNowAsync(Guid repository, string sha, CancellationToken ct)
    {
        var relations = (await db.ListAsync<Related>(RunsNow, new { repository, sha }, ct)).ToDictionary(r => (r.Deployable, r.Stage));
        var rows = await matrix.ListAsync(new DeployableFilter(Repository: new RepositoryId(repository)), null, MostDeployables, ct);
        return [.. rows.SelectMany(row => row.Cells.Where(c => relations.ContainsKey((row.Name, c.Stage)))
            .Select(c => new RunsNowRow(row.Name, c, relations[(row.Name, c.Stage)].Relation)))];
    }

    /// <summary>Commits whose name starts with these digits, those of the repository first.</summary>
    public async Task<IReadOnlyList<NearCommit>> NearAsync(string owner, string name, string prefix, CancellationToken ct) =>
        prefix.Length >= 4 && prefix.All(char.IsAsciiHexDigit)
            ? await db.ListAsync<NearCommit>(Near, new { owner, name, prefix = prefix.ToLowerInvariant() + "%" }, ct)
            : [];

    private sealed record Related(string Deployable, string Stage, string Relation);

    private sealed record Head(
        Guid RepositoryId, string Repository, string? WebUrl, string Sha, string Subject, string Message, string Author,
        DateTimeOffset AuthoredAt,
        string? Pusher, DateTimeOffset? PushedAt, string? DeliveryId, IReadOnlyList<string> Branches, string DefaultBranch);
}
