using Pipeline.DeployStages.Contract;

namespace Pipeline.Ui.Queries;

/// <summary>The home page and what waits, for which the rail shows a count.</summary>
public sealed class HomePages(UiDb db, CommitLines commits, BuildPages builds, RepositoryPages repositories)
{
    private const string Waiting = """
        SELECT p.id, p.number, p.repository_id AS repositoryid, r.owner || '/' || r.name AS repository, p.stage, p.release_number AS releasenumber,
               p.release, p.commit_sha AS sha, c.subject, c.author_name AS author, c.pusher, p.created_by AS createdby, p.blockers, p.created_at AS createdat
          FROM stages.promotion p JOIN git.repository r ON r.id = p.repository_id
          LEFT JOIN git.commit c ON c.repository_id = p.repository_id AND c.sha = p.commit_sha
         WHERE p.phase = 'Waiting'
        """;

    private const string ForPerson = " AND p.blockers @> '[{\"gate\": \"approval\"}]'";

    public async Task<HomeView> LoadAsync(CancellationToken ct) => new(
        await db.ListAsync<WaitingLine>($"{Waiting}{ForPerson} ORDER BY p.created_at LIMIT 10", null, ct),
        await builds.BrokenAsync(10, ct),
        await commits.NewestAsync(15, ct),
        await repositories.ListAsync(10, ct));

    /// <summary>Every promotion that waits, what a person can decide first, oldest first.</summary>
    public Task<IReadOnlyList<WaitingLine>> WaitingAsync(CancellationToken ct) => db.ListAsync<WaitingLine>(
        $"{Waiting} ORDER BY NOT p.blockers @> '[{{\"gate\": \"approval\"}}]', p.created_at LIMIT 200", null, ct);

    /// <summary>How many promotions wait for a person.</summary>
    public async Task<int> CountAsync(CancellationToken ct) =>
        (await db.FindAsync<Counted>($"SELECT count(*) AS count FROM stages.promotion p WHERE p.phase = 'Waiting'{ForPerson}", null, ct))!.Count;

    private sealed record Counted(int Count);
}

public sealed record HomeView(
    IReadOnlyList<WaitingLine> Waiting, IReadOnlyList<BuildLine> Broken, IReadOnlyList<CommitLine> Commits, IReadOnlyList<RepositoryLine> Repositories);

/// <summary>A promotion that waits.</summary>
public sealed record WaitingLine(
    Guid Id, long Number, Guid RepositoryId, string Repository, string Stage, int ReleaseNumber, string Release, string Sha, string? Subject,
    string? Author, string? Pusher, string CreatedBy, IReadOnlyList<Blocker> Blockers, DateTimeOffset CreatedAt)
{
    /// <summary>A person can let it go on.</summary>
    public bool NeedsPerson => Blockers.Any(b => b.Gate == "approval");
}
