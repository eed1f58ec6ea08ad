using Dapper;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Data;

/// <summary>Commits that were pushed, and those that came along with them.</summary>
internal sealed class CommitStore(NpgsqlDataSource db, TimeProvider time)
{
    private const int CommitsAtOnce = 1000;
    private const string ByName = $"SELECT {CommitRow.Columns} FROM git.commit c WHERE c.repository_id = @repository AND c.sha = @sha";
    private const string Newest = $"""
        SELECT {CommitRow.Columns} FROM git.commit c
         WHERE c.repository_id = @repository AND (@at::timestamptz IS NULL OR (c.committed_at, c.id) < (@at::timestamptz, @id::uuid))
         ORDER BY c.committed_at DESC, c.id DESC LIMIT @limit
        """;
    private const string NewestOfBranch = $"""
        SELECT {CommitRow.Columns} FROM git.commit_branch b JOIN git.commit c ON c.repository_id = b.repository_id AND c.sha = b.sha
         WHERE b.repository_id = @repository AND b.branch = @branch
           AND (@at::timestamptz IS NULL OR (b.committed_at, b.commit_id) < (@at::timestamptz, @id::uuid))
         ORDER BY b.committed_at DESC, b.commit_id DESC LIMIT @limit
        """;
    private const string BranchesOf =
        "SELECT branch FROM git.commit_branch WHERE repository_id = @repository AND sha = @sha ORDER BY branch LIMIT 100";
    private const string People = """
        SELECT DISTINCT author_name AS name, author_email AS email, pusher FROM git.commit
         WHERE repository_id = @repository AND sha = ANY(@shas)
        """;
    private const string Insert = """
        WITH sent AS (
            SELECT * FROM unnest(@Id::uuid[], @Sha::text[], @Subject::text[], @Message::text[], @AuthorName::text[], @AuthorEmail::text[],
                                 @AuthoredAt::timestamptz[], @CommittedAt::timestamptz[], @Parents::text[], @Pusher::text[])
                AS u(id, sha, subject, message, author_name, author_email, authored_at, committed_at, parents, pusher)),
        stored AS (
            INSERT INTO git.commit (id, repository_id, sha, subject, message, author_name, author_email, authored_at, committed_at,
                   parents, pusher, seen_at)
            SELECT id, @Repository, sha, subject, message, author_name, author_email, authored_at, committed_at,
                   string_to_array(parents, ' '), pusher, @Now FROM sent ORDER BY sha
            ON CONFLICT (repository_id, sha) DO UPDATE SET pusher = coalesce(git.commit.pusher, excluded.pusher)
            RETURNING id, sha, committed_at)
        INSERT INTO git.commit_branch (repository_id, branch, sha, committed_at, commit_id)
        SELECT @Repository, @Branch, sha, committed_at, id FROM stored WHERE @Branch::text IS NOT NULL
        ON CONFLICT DO NOTHING
        """;

    public async Task<Commit?> GetAsync(RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<CommitRow>(new CommandDefinition(
            ByName, new { repository = repository.Value, sha = sha.ToString() }, cancellationToken: ct));
        return row?.ToCommit();
    }

    /// <summary>By commit time, newest first. <paramref name="branch"/> null lists all.</summary>
    public async Task<Page<Commit>> ListAsync(RepositoryId repository, string? branch, Cursor? after, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<CommitRow>(new CommandDefinition(
            branch is null ? Newest : NewestOfBranch,
            new { repository = repository.Value, branch, at = after?.At.UtcDateTime, id = after?.Id, limit = limit + 1 },
            cancellationToken: ct));
        return Rows.Page<Commit>([.. rows.Select(r => r.ToCommit())], limit, c => new Cursor(c.CommittedAt, c.Id));
    }

    /// <summary>The branches that the commit came by.</summary>
    public async Task<IReadOnlyList<string>> BranchesAsync(RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            BranchesOf, new { repository = repository.Value, sha = sha.ToString() }, cancellationToken: ct))];
    }

    /// <summary>Who made or pushed these commits, as far as they are stored.</summary>
    public async Task<IReadOnlyList<CommitContributor>> ContributorsAsync(
        RepositoryId repository, IReadOnlyList<string> shas, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var people = new HashSet<CommitContributor>();
        foreach (var part in shas.Chunk(CommitsAtOnce))
            people.UnionWith(await connection.QueryAsync<CommitContributor>(new CommandDefinition(
                People, new { repository = repository.Value, shas = part }, cancellationToken: ct)));
        return [.. people];
    }

    /// <summary>Stores what is new; <paramref name="pusher"/> is noted on <paramref name="head"/> only.</summary>
    public async Task SaveAsync(
        RepositoryId repository, string? branch, IReadOnlyList<CommitFacts> commits, CommitSha head, string? pusher, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        foreach (var part in commits.Chunk(CommitsAtOnce))
            await connection.ExecuteAsync(new CommandDefinition(
                Insert, RowsOf(repository, branch, part, head, pusher), cancellationToken: ct));
    }

    private object RowsOf(RepositoryId repository, string? branch, CommitFacts[] commits, CommitSha head, string? pusher)
    {
        var now = time.GetUtcNow();
        return new
        {
            Repository = repository.Value,
            Branch = branch,
            Now = now.UtcDateTime,
            Id = commits.Select(_ => Guid.CreateVersion7(now)).ToArray(),
            Sha = commits.Select(c => c.Sha.ToString()).ToArray(),
            Subject = commits.Select(c => c.Subject).ToArray(),
            Message = commits.Select(c => c.Message).ToArray(),
            AuthorName = commits.Select(c => c.AuthorName).ToArray(),
            AuthorEmail = commits.Select(c => c.AuthorEmail).ToArray(),
            AuthoredAt = commits.Select(c => c.AuthoredAt.UtcDateTime).ToArray(),
            CommittedAt = commits.Select(c => c.CommittedAt.UtcDateTime).ToArray(),
            Parents = commits.Select(c => string.Join(' ', c.Parents)).ToArray(),
            Pusher = commits.Select(c => c.Sha == head ? pusher : null).ToArray(),
        };
    }
}
