using Dapper;
using Npgsql;
using Pipeline.GitWebhooks.Core;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Data;

/// <summary>Branch heads and the pushes that moved them.</summary>
internal sealed class PushStore(NpgsqlDataSource db)
{
    // The row is made first so that two deliveries of a new branch meet at its lock.
    private const string Lock = """
        INSERT INTO git.branch (repository_id, name, head_sha, head_received_at, updated_at, deleted_at)
        VALUES (@repository, @branch, NULL, '-infinity', @now, @now)
        ON CONFLICT (repository_id, name) DO UPDATE SET name = git.branch.name
        RETURNING repository_id, name, head_sha,
               CASE WHEN head_received_at = '-infinity' THEN 'epoch' ELSE head_received_at END AS head_received_at,
                  updated_at, deleted_at
        """;
    private const string Heads = """
        SELECT name, head_sha FROM git.branch
         WHERE repository_id = @repository AND head_sha IS NOT NULL ORDER BY name = @branch DESC, updated_at DESC LIMIT 500
        """;
    private const string Move = """
        UPDATE git.branch SET head_sha = @head, head_received_at = @receivedAt, updated_at = @now,
               deleted_at = CASE WHEN @head::text IS NULL THEN @now END
         WHERE repository_id = @repository AND name = @branch
        """;
    private const string Insert = """
        INSERT INTO git.push (repository_id, ref, after_sha, before_sha, forced, pusher, delivery_id, received_at)
        VALUES (@repository, @ref, @after, @before, @forced, @pusher, @delivery, @receivedAt)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>The branch, locked until the transaction ends; with no head when it is new.</summary>
    public async Task<LockedBranch> LockAsync(RepositoryId repository, string branch, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleAsync<BranchRow>(new CommandDefinition(
            Lock, new { repository = repository.Value, branch, now = now.UtcDateTime }, cancellationToken: ct));
        return new LockedBranch(row.HeadSha is null ? null : CommitSha.Parse(row.HeadSha), Rows.Utc(row.HeadReceivedAt));
    }

    /// <summary>What branches point to, as far as we know now: this one, and those that moved last.</summary>
    public async Task<KnownHeads> HeadsAsync(RepositoryId repository, string branch, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<(string Name, string Head)>(new CommandDefinition(
            Heads, new { repository = repository.Value, branch }, cancellationToken: ct))).ToList();
        var own = rows.Where(r => r.Name == branch).Select(r => (CommitSha?)CommitSha.Parse(r.Head)).FirstOrDefault();
        return new KnownHeads(own, [.. rows.Where(r => r.Name != branch).Select(r => CommitSha.Parse(r.Head))]);
    }

    public async Task MoveAsync(
        RepositoryId repository, string branch, CommitSha? head, DateTimeOffset receivedAt, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Move,
            new
            {
                repository = repository.Value, branch, head = head?.ToString(), receivedAt = receivedAt.UtcDateTime,
                now = now.UtcDateTime,
            },
            cancellationToken: ct));
    }

    /// <returns>False when the commit was pushed to this ref before.</returns>
    public async Task<bool> InsertAsync(RepositoryId repository, PushPayload push, bool forced, RawDelivery delivery, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            Insert,
            new
            {
                repository = repository.Value,
                @ref = push.Ref,
                after = push.After.ToString(),
                before = push.Before?.ToString(),
                forced,
                pusher = push.Pusher,
                delivery = delivery.Id,
                receivedAt = delivery.ReceivedAt.UtcDateTime,
            },
            cancellationToken: ct)) == 1;
    }
}

internal sealed record LockedBranch(CommitSha? Head, DateTimeOffset HeadReceivedAt);

/// <param name="Own">Of the branch itself; null when it is new or deleted.</param>
/// <param name="Others">Of other branches.</param>
internal sealed record KnownHeads(CommitSha? Own, IReadOnlyList<CommitSha> Others);
