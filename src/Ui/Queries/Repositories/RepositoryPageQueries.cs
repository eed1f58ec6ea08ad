using Pipeline.Kernel.Paging;
using Pipeline.Ui.Queries.Builds;

namespace Pipeline.Ui.Queries.Repositories;

/// <summary>Repositories, their branches and deliveries.</summary>
internal sealed class RepositoryPageQueries(UiDb db)
{
    private const string Lines = $"""
        SELECT r.id, r.owner || '/' || r.name AS repository, r.web_url AS weburl, r.default_branch AS defaultbranch, h.head_sha AS headsha,
               c.subject AS headsubject, c.author_name AS headauthor, h.head_received_at AS headat,
               (SELECT max(d.received_at) FROM git.delivery d WHERE d.repository_id = r.id) AS lastdelivery,
               coalesce((SELECT jsonb_agg(to_jsonb(x) ORDER BY x.number) FROM (
                   SELECT b.id, b.number, {BuildPageQueries.BuildState} AS state, b.reason, b.created_at AS "createdAt",
                     b.started_at AS "startedAt",
                          b.finished_at AS "finishedAt"
                     FROM build.build b WHERE b.repository_id = r.id ORDER BY b.created_at DESC, b.id DESC LIMIT 30) x), '[]') AS builds
          FROM git.repository r
          LEFT JOIN git.branch h ON h.repository_id = r.id AND h.name = r.default_branch
          LEFT JOIN git.commit c ON c.repository_id = r.id AND c.sha = h.head_sha
        """;

    private const string Branches = $"""
        SELECT h.name, h.head_sha AS sha, c.subject, c.author_name AS author, h.updated_at AS at,
               (SELECT jsonb_build_object('id', b.id, 'number', b.number, 'state', {BuildPageQueries.BuildState}, 'reason', b.reason,
                                          'createdAt', b.created_at, 'startedAt', b.started_at, 'finishedAt', b.finished_at)
                  FROM build.build b WHERE b.repository_id = h.repository_id AND b.sha = h.head_sha ORDER BY b.created_at DESC LIMIT 1) AS build
          FROM git.branch h LEFT JOIN git.commit c ON c.repository_id = h.repository_id AND c.sha = h.head_sha
         WHERE h.repository_id = @repository AND h.deleted_at IS NULL
         ORDER BY h.updated_at DESC LIMIT @limit
        """;

    private const string Deliveries = """
        SELECT d.id, d.external_id AS externalid, d.event, d.received_at AS receivedat, d.processed_at AS processedat, d.state, d.outcome,
          d.ref,
               length(d.body) AS bytes, r.owner || '/' || r.name AS repository,
               (SELECT p.after_sha FROM git.push p WHERE p.delivery_id = d.id LIMIT 1) AS sha
          FROM git.delivery d LEFT JOIN git.repository r ON r.id = d.repository_id
         WHERE (@delivery::uuid IS NULL OR d.id = @delivery) AND (@repository::uuid IS NULL OR d.repository_id = @repository)
           AND (@at::timestamptz IS NULL OR (d.received_at, d.id) < (@at, @id))
         ORDER BY d.received_at DESC, d.id DESC LIMIT @limit
        """;

    private const string Releases = """
        SELECT a.digest, a.number, a.commit_sha AS sha, c.subject, a.held_reason AS heldreason, a.created_at AS createdat,
               coalesce((SELECT jsonb_agg(s.stage) FROM stages.slot s
                          WHERE s.repository_id = a.repository_id AND s.current_release = a.digest), '[]') AS runsin
          FROM artifact.release a LEFT JOIN git.commit c ON c.repository_id = a.repository_id AND c.sha = a.commit_sha
         WHERE a.repository_id = @repository ORDER BY a.created_at DESC, a.build_id DESC LIMIT @limit
        """;

    public Task<IReadOnlyList<RepositoryLine>> ListAsync(int limit, CancellationToken ct) =>
        db.ListAsync<RepositoryLine>($"{Lines} ORDER BY h.updated_at DESC NULLS LAST, r.added_at DESC LIMIT @limit", new { limit }, ct);

    public Task<RepositoryLine?> FindAsync(string owner, string name, CancellationToken ct) => db.FindAsync<RepositoryLine>(
        $"{Lines} WHERE lower(r.owner) = lower(@owner) AND lower(r.name) = lower(@name)", new { owner, name }, ct);

    /// <summary>The branches that exist, the ones that moved last first.</summary>
    public Task<IReadOnlyList<BranchLine>> BranchesAsync(Guid repository, int limit, CancellationToken ct) =>
        db.ListAsync<BranchLine>(Branches, new { repository, limit }, ct);

    /// <param name="repository">Null for all.</param>
    public Task<IReadOnlyList<DeliveryLine>> DeliveriesAsync(Guid? repository, Cursor? after, int limit, CancellationToken ct) =>
        db.ListAsync<DeliveryLine>(
            Deliveries, new { delivery = (Guid?)null, repository, at = after?.At.UtcDateTime, id = after?.Id ?? Guid.Empty, limit }, ct);

    /// <returns>Null when there is no such delivery.</returns>
    public Task<DeliveryLine?> DeliveryAsync(Guid delivery, CancellationToken ct) => db.FindAsync<DeliveryLine>(
        Deliveries, new { delivery, repository = (Guid?)null, at = (DateTime?)null, id = Guid.Empty, limit = 1 }, ct);

    public Task<IReadOnlyList<ReleaseLine>> ReleasesAsync(Guid repository, int limit, CancellationToken ct) =>
        db.ListAsync<ReleaseLine>(Releases, new { repository, limit }, ct);

    /// <summary><c>owner/name</c> by id, for views that other slices give.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> NamesAsync(IEnumerable<Guid> ids, CancellationToken ct)
    {
        var wanted = ids.Distinct().ToArray();
        return wanted.Length == 0
            ? new Dictionary<Guid, string>()
            : (await db.ListAsync<Named>("SELECT id, owner || '/' || name AS name FROM git.repository WHERE id = ANY(@wanted)",
                new { wanted }, ct))
                .ToDictionary(n => n.Id, n => n.Name);
    }

    private sealed record Named(Guid Id, string Name);
}
