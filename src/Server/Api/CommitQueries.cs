using Dapper;
using Npgsql;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.Server.Api;

/// <summary>The spine: everything that is known of a commit, read across slices.</summary>
internal sealed class CommitQueries(NpgsqlDataSource db, StageQueries stages)
{
    private const int MostChoices = 10;

    private const string Find = """
        SELECT c.repository_id, r.owner, r.name, c.sha, c.subject, c.author_name, c.author_email, c.authored_at, c.seen_at, c.pusher,
               r.default_branch,
               ARRAY(SELECT b.branch FROM git.commit_branch b WHERE b.repository_id = c.repository_id AND b.sha = c.sha
                      ORDER BY b.branch <> r.default_branch, b.branch LIMIT 100) AS branches
          FROM git.commit c
          JOIN git.repository r ON r.id = c.repository_id
         WHERE c.sha LIKE @prefix || '%'
         ORDER BY c.seen_at DESC
         LIMIT @limit
        """;

    private const string Build = """
        SELECT id, number, state, failure_class, reason, created_at, started_at, finished_at
          FROM build.build
         WHERE repository_id = @repository AND sha = @sha
         ORDER BY number DESC
         LIMIT 1
        """;

    private const string Release = """
        SELECT digest, number, created_at, held_reason
          FROM artifact.release
         WHERE repository_id = @repository AND commit_sha = @sha
         ORDER BY number DESC
         LIMIT 1
        """;

    /// <param name="prefix">4 to 40 hex digits.</param>
    /// <returns>Newest first, at most ten; empty when the text cannot name a commit.</returns>
    public async Task<IReadOnlyList<CommitRow>> FindAsync(string prefix, CancellationToken ct)
    {
        if (prefix.Length is < 4 or > 40 || !prefix.All(char.IsAsciiHexDigit))
            return [];
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<CommitRow>(new CommandDefinition(
            Find, new { prefix = prefix.ToLowerInvariant(), limit = MostChoices }, cancellationToken: ct))];
    }

    public async Task<CommitView> ViewAsync(CommitRow commit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var arguments = new { repository = commit.RepositoryId, sha = commit.Sha };
        var build = await connection.QuerySingleOrDefaultAsync<BuildRow>(new CommandDefinition(Build, arguments, cancellationToken: ct));
        var release = await connection.QuerySingleOrDefaultAsync<ReleaseRow>(
            new CommandDefinition(Release, arguments, cancellationToken: ct));
        await connection.CloseAsync();
        var where = await stages.WhereAsync(CommitSha.Parse(commit.Sha), ct);
        return new CommitView(
            commit.Sha,
            new CommitRepository(commit.RepositoryId, commit.Owner, commit.Name),
            commit.Subject,
            new CommitAuthor(commit.AuthorName, commit.AuthorEmail),
            Utc(commit.AuthoredAt),
            Utc(commit.SeenAt),
            commit.Pusher,
            commit.Branches,
            build?.ToView(),
            release?.ToView(),
            where,
            CommitSentence.Next(build?.ToView(), release?.ToView(), where, commit),
            $"/repos/{commit.Owner}/{commit.Name}/commits/{commit.Sha}");
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private sealed class BuildRow
    {
        public Guid Id { get; init; }
        public int Number { get; init; }
        public string State { get; init; } = "";
        public string? FailureClass { get; init; }
        public string? Reason { get; init; }
        public DateTime CreatedAt { get; init; }
        public DateTime? StartedAt { get; init; }
        public DateTime? FinishedAt { get; init; }

        public CommitBuild ToView() => new(
            Id, Number, State.ToLowerInvariant(), FailureClass?.ToLowerInvariant(), Reason, Utc(CreatedAt),
            StartedAt is { } s ? Utc(s) : null, FinishedAt is { } f ? Utc(f) : null);
    }

    private sealed class ReleaseRow
    {
        public string Digest { get; init; } = "";
        public int Number { get; init; }
        public DateTime CreatedAt { get; init; }
        public string? HeldReason { get; init; }

        public CommitRelease ToView() => new(Kernel.Digest.Parse(Digest), Number, Utc(CreatedAt), HeldReason);
    }
}
