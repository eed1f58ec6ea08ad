namespace Pipeline.Ui.Queries.Promotions;

/// <summary>A route that a release names which waits for a stage.</summary>
public sealed record RouteClaim(
    string Stage, string Route, string Deployable, string Repository, Guid RepositoryId, Guid Promotion, long Number);

/// <summary>Which routes are wanted.</summary>
internal sealed class RouteClaimQueries(UiDb db)
{
    private const string Waiting = """
        SELECT p.stage, d->>'route' AS route, d->>'name' AS deployable, g.owner || '/' || g.name AS repository,
               p.repository_id AS repositoryid, p.id AS promotion, p.number
          FROM stages.promotion p
          JOIN artifact.release r ON r.digest = p.release
          JOIN git.repository g ON g.id = p.repository_id
          CROSS JOIN LATERAL jsonb_array_elements(r.document::jsonb->'deployables') d
         WHERE p.phase = 'Waiting' AND d->>'route' IS NOT NULL
         ORDER BY p.number LIMIT 500
        """;

    private const string Names = """
        SELECT id, owner || '/' || name AS fullname FROM git.repository WHERE id = ANY(@ids)
        """;

    /// <summary>By releases that wait, the oldest promotion first.</summary>
    public Task<IReadOnlyList<RouteClaim>> WaitingAsync(CancellationToken ct) => db.ListAsync<RouteClaim>(Waiting, null, ct);

    /// <summary>The full names of repositories, by their ids.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> RepositoriesAsync(IEnumerable<Guid> ids, CancellationToken ct) =>
        (await db.ListAsync<Named>(Names, new { ids = ids.Distinct().ToArray() }, ct)).ToDictionary(n => n.Id, n => n.FullName);

    private sealed record Named(Guid Id, string FullName);
}
