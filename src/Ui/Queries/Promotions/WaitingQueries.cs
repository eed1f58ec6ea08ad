namespace Pipeline.Ui.Queries.Promotions;

/// <summary>Promotions that wait, for the page, the home page and the count in the navigation.</summary>
internal sealed class WaitingQueries(UiDb db)
{
    private const string Waiting = """
        SELECT p.id, p.number, p.repository_id AS repositoryid, r.owner || '/' || r.name AS repository, p.stage,
          p.release_number AS releasenumber,
               p.release, p.commit_sha AS sha, c.subject, c.author_name AS author, c.pusher, p.created_by AS createdby, p.blockers,
                 p.created_at AS createdat
          FROM stages.promotion p JOIN git.repository r ON r.id = p.repository_id
          LEFT JOIN git.commit c ON c.repository_id = p.repository_id AND c.sha = p.commit_sha
         WHERE p.phase = 'Waiting'
        """;

    private const string NeedsPerson = """p.blockers @> '[{"gate": "approval"}]'""";

    /// <summary>Every promotion that waits: those that a person can decide first, then by age.</summary>
    public Task<IReadOnlyList<WaitingLine>> AllAsync(CancellationToken ct) =>
        db.ListAsync<WaitingLine>($"{Waiting} ORDER BY NOT {NeedsPerson}, p.created_at LIMIT 200", null, ct);

    /// <summary>Those that a person can decide, oldest first.</summary>
    public Task<IReadOnlyList<WaitingLine>> ForPersonAsync(int limit, CancellationToken ct) =>
        db.ListAsync<WaitingLine>($"{Waiting} AND {NeedsPerson} ORDER BY p.created_at LIMIT @limit", new { limit }, ct);

    /// <summary>How many promotions a person can decide.</summary>
    public async Task<int> CountForPersonAsync(CancellationToken ct) =>
        (await db.FindAsync<Counted>($"SELECT count(*) AS count FROM stages.promotion p WHERE p.phase = 'Waiting' AND {NeedsPerson}", null,
            ct))!.Count;

    private sealed record Counted(int Count);
}
