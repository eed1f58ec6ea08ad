using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.DeployStages.Data;

/// <summary>Promotions: the rows that the machine moves. Joins the ambient transaction.</summary>
internal sealed class PromotionStore(NpgsqlDataSource db)
{
    // A release that waits or runs in the stage, or that the system offered there before, is not offered again.
    private const string Insert = """
        INSERT INTO stages.promotion (id, repository_id, stage, cluster, release, release_number, commit_sha, build_id, automatic,
                                      created_by, phase, created_at, next_wake)
        VALUES (@Id, @Repository, @Stage, @Cluster, @Release, @ReleaseNumber, @Commit, @Build, @Automatic, @CreatedBy, 'Waiting', @At, @At)
        ON CONFLICT DO NOTHING
        RETURNING number
        """;

    private const string Update = """
        UPDATE stages.promotion
           SET phase = @Phase, generation = @Generation, target = @Target, superseded_by = @SupersededBy, failure_class = @FailureClass,
               reason = @Reason, blockers = @Blockers::jsonb, plan_digest = @PlanDigest, bake_until = @BakeUntil, next_wake = @NextWake,
               started_at = @StartedAt, healthy_at = @HealthyAt, finished_at = @FinishedAt, version = version + 1
         WHERE id = @Id AND version = @Version
        """;

    private const string Succeeded =
        "SELECT EXISTS (SELECT FROM stages.promotion WHERE stage = @stage AND release = @release AND phase = 'Succeeded')";

    private const string GoodReleases = """
        SELECT release FROM stages.promotion
         WHERE stage = @stage AND repository_id = @repository AND phase = 'Succeeded' AND release <> @except
         GROUP BY release ORDER BY max(finished_at) DESC LIMIT 20
        """;

    private const string Due =
        "SELECT id FROM stages.promotion WHERE next_wake <= @now ORDER BY next_wake LIMIT @limit FOR UPDATE SKIP LOCKED";

    private const string Postpone = "UPDATE stages.promotion SET next_wake = @until WHERE id = ANY(@ids) AND next_wake <= @now";

    /// <returns>The number of the new promotion; null when there is one already.</returns>
    public async Task<long?> InsertAsync(Promotion p, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            Insert,
            new
            {
                Id = p.Id.Value, Repository = p.Repository.Value, p.Stage, p.Cluster, Release = p.Release.ToString(), p.ReleaseNumber,
                Commit = p.Commit.ToString(), Build = p.Build.Value, p.Automatic, p.CreatedBy, At = p.CreatedAt.UtcDateTime,
            },
            cancellationToken: ct));
    }

    public async Task SaveAsync(Promotion p, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.ExecuteAsync(new CommandDefinition(
            Update,
            new
            {
                Id = p.Id.Value, p.Version, Phase = p.Phase.ToString(), p.Generation, Target = p.Target?.ToString(),
                SupersededBy = p.SupersededBy?.ToString(), FailureClass = p.FailureClass?.ToString(), p.Reason,
                Blockers = JsonSerializer.Serialize(p.Blockers, StoredJson.Options), p.PlanDigest, BakeUntil = p.BakeUntil?.UtcDateTime,
                NextWake = p.NextWake?.UtcDateTime, StartedAt = p.StartedAt?.UtcDateTime, HealthyAt = p.HealthyAt?.UtcDateTime,
                FinishedAt = p.FinishedAt?.UtcDateTime,
            },
            cancellationToken: ct));
        Invariant.Require(rows == 1);
    }

    public async Task<Promotion?> FindAsync(PromotionId id, CancellationToken ct) =>
        (await ReadAsync("WHERE id = @id", new { id = id.Value }, ct)).SingleOrDefault();

    public async Task<Promotion?> FindAsync(long number, CancellationToken ct) =>
        (await ReadAsync("WHERE number = @number", new { number }, ct)).SingleOrDefault();

    /// <summary>Newest first, after the cursor.</summary>
    public Task<IReadOnlyList<Promotion>> ListAsync(PromotionFilter filter, Cursor? cursor, int limit, CancellationToken ct)
    {
        var where = "WHERE true"
            + (filter.Phases is null ? "" : " AND phase = ANY(@Phases)")
            + (filter.Stage is null ? "" : " AND stage = @Stage")
            + (filter.Release is null ? "" : " AND release = @Release")
            + (filter.Repository is null ? "" : " AND repository_id = @Repository")
            + (filter.Commit is null ? "" : " AND commit_sha = @Commit")
            + (cursor is null ? "" : " AND (created_at, id) < (@At, @Id)")
            + " ORDER BY created_at DESC, id DESC LIMIT @limit";
        return ReadAsync(
            where,
            new
            {
                Phases = filter.Phases?.Select(p => p.ToString()).ToArray(), filter.Stage, Release = filter.Release?.ToString(),
                Repository = filter.Repository?.Value, Commit = filter.Commit?.ToString(), At = cursor?.At.UtcDateTime, cursor?.Id,
                limit,
            },
            ct);
    }

    /// <summary>All that wait, oldest first, at most 500.</summary>
    public Task<IReadOnlyList<Promotion>> WaitingAsync(CancellationToken ct) =>
        ReadAsync("WHERE phase = 'Waiting' ORDER BY number LIMIT 500", new { }, ct);

    /// <summary>The promotion that moves the slot now.</summary>
    public async Task<Promotion?> RunningAsync(string stage, RepositoryId repository, CancellationToken ct) =>
        (await ReadAsync(
            "WHERE stage = @stage AND repository_id = @repository AND phase IN ('Deploying', 'Baking', 'RollingBack')",
            new { stage, repository = repository.Value }, ct)).SingleOrDefault();

    public Task<IReadOnlyList<Promotion>> WaitingAsync(string stage, RepositoryId repository, CancellationToken ct) =>
        ReadAsync(
            "WHERE stage = @stage AND repository_id = @repository AND phase = 'Waiting' ORDER BY number",
            new { stage, repository = repository.Value }, ct);

    public Task<IReadOnlyList<Promotion>> WaitingAsync(RepositoryId repository, CancellationToken ct) =>
        ReadAsync("WHERE repository_id = @repository AND phase = 'Waiting' ORDER BY number", new { repository = repository.Value }, ct);

    /// <summary>What moves or waits for a slot of the repositories, in any stage, oldest first.</summary>
    public Task<IReadOnlyList<Promotion>> OpenAsync(IReadOnlyCollection<RepositoryId> repositories, CancellationToken ct) => ReadAsync(
        """
        WHERE repository_id = ANY(@repositories) AND phase IN ('Waiting', 'Deploying', 'Baking', 'RollingBack') ORDER BY number
        """,
        new { repositories = repositories.Select(r => r.Value).ToArray() }, ct);

    public Task<IReadOnlyList<Promotion>> OfReleaseAsync(Digest release, CancellationToken ct) =>
        ReadAsync("WHERE release = @release ORDER BY number", new { release = release.ToString() }, ct);

    /// <summary>Those that wait with the release, or start its tasks now: of a promotion or of a rollback.</summary>
    public Task<IReadOnlyList<Promotion>> StartingAsync(Digest release, CancellationToken ct) => ReadAsync(
        """
        WHERE (release = @release AND phase IN ('Waiting', 'Deploying')) OR (target = @release AND phase = 'RollingBack') ORDER BY number
        """,
        new { release = release.ToString() }, ct);

    public Task<IReadOnlyList<Promotion>> OfCommitAsync(CommitSha commit, CancellationToken ct) =>
        ReadAsync("WHERE commit_sha = @commit ORDER BY number", new { commit = commit.ToString() }, ct);

    public async Task<bool> HasSucceededAsync(string stage, Digest release, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            Succeeded, new { stage, release = release.ToString() }, cancellationToken: ct));
    }

    /// <summary>Releases that once succeeded in the slot, the last one first.</summary>
    public async Task<IReadOnlyList<Digest>> GoodReleasesAsync(string stage, RepositoryId repository, Digest except, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<string>(new CommandDefinition(
            GoodReleases, new { stage, repository = repository.Value, except = except.ToString() }, cancellationToken: ct));
        return [.. rows.Select(Digest.Parse)];
    }

    /// <summary>Takes the promotions whose time has come and pushes their next wake out, so that a lost job is tried again.</summary>
    public async Task<IReadOnlyList<Guid>> TakeDueAsync(DateTimeOffset now, TimeSpan again, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        Guid[] ids = [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            Due, new { now = now.UtcDateTime, limit }, cancellationToken: ct))];
        if (ids.Length > 0)
            await connection.ExecuteAsync(new CommandDefinition(
                Postpone, new { ids, now = now.UtcDateTime, until = (now + again).UtcDateTime }, cancellationToken: ct));
        return ids;
    }

    private async Task<IReadOnlyList<Promotion>> ReadAsync(string where, object arguments, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<PromotionRow>(new CommandDefinition(
            $"{PromotionRow.Columns} {where}", arguments, cancellationToken: ct));
        return [.. rows.Select(r => r.ToPromotion())];
    }
}
