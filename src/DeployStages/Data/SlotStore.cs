using Dapper;
using Npgsql;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Data;

/// <summary>What a repository runs in a stage, as stored.</summary>
/// <param name="Generation">The last number handed out; never decreases.</param>
/// <param name="Stable">The last release that succeeded there.</param>
internal sealed record Slot(
    string Stage, RepositoryId Repository, long Generation, Digest? Current, Digest? Stable, PromotionId? Promotion, DateTimeOffset? Since,
    DateTimeOffset? HealthySince);

/// <summary>Slots. The lock on a slot's row is what makes its promotions take turns. Joins the ambient transaction.</summary>
internal sealed class SlotStore(NpgsqlDataSource db)
{
    private const string Columns = """
        SELECT stage, repository_id, generation, current_release, stable_release, promotion_id, since, healthy_since FROM stages.slot
        """;

    private const string Ensure = "INSERT INTO stages.slot (stage, repository_id) VALUES (@stage, @repository) ON CONFLICT DO NOTHING";

    private const string Take = """
        UPDATE stages.slot
           SET generation = @generation, current_release = @release, promotion_id = @promotion, since = @at, healthy_since = NULL
         WHERE stage = @stage AND repository_id = @repository AND generation < @generation
        """;

    /// <summary>Locks the slot until the transaction ends; creates it when it is new.</summary>
    public async Task<Slot> LockAsync(string stage, RepositoryId repository, CancellationToken ct)
    {
        var key = new { stage, repository = repository.Value };
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Ensure, key, cancellationToken: ct));
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition(
            $"{Columns} WHERE stage = @stage AND repository_id = @repository FOR UPDATE", key, cancellationToken: ct));
        return row.ToSlot();
    }

    public async Task<Slot?> FindAsync(string stage, RepositoryId repository, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"{Columns} WHERE stage = @stage AND repository_id = @repository", new { stage, repository = repository.Value },
            cancellationToken: ct));
        return row?.ToSlot();
    }

    public async Task<IReadOnlyList<Slot>> OfStageAsync(string stage, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"{Columns} WHERE stage = @stage AND current_release IS NOT NULL ORDER BY since DESC LIMIT 1000", new { stage },
            cancellationToken: ct));
        return [.. rows.Select(r => r.ToSlot())];
    }

    /// <summary>The release takes the slot with a generation that was never used.</summary>
    public async Task TakeAsync(Promotion p, Digest release, DateTimeOffset at, CancellationToken ct)
    {
        Invariant.Require(p.Generation is not null);
        var rows = await ExecuteAsync(
            Take,
            new
            {
                stage = p.Stage, repository = p.Repository.Value, generation = p.Generation.Value, release = release.ToString(),
                promotion = p.Id.Value, at = at.UtcDateTime,
            },
            ct);
        Invariant.Require(rows == 1);
    }

    /// <summary>Since when every instance of what runs there is healthy; null: not now.</summary>
    public Task SetHealthySinceAsync(string stage, RepositoryId repository, DateTimeOffset? at, CancellationToken ct) => ExecuteAsync(
        "UPDATE stages.slot SET healthy_since = @at WHERE stage = @stage AND repository_id = @repository",
        new { stage, repository = repository.Value, at = at?.UtcDateTime }, ct);

    public Task MarkStableAsync(string stage, RepositoryId repository, Digest release, CancellationToken ct) => ExecuteAsync(
        "UPDATE stages.slot SET stable_release = @release WHERE stage = @stage AND repository_id = @repository",
        new { stage, repository = repository.Value, release = release.ToString() }, ct);

    /// <summary>A cancelled deploy left the old instances in place: they are what runs.</summary>
    public Task ReturnToStableAsync(string stage, RepositoryId repository, CancellationToken ct) => ExecuteAsync(
        """
        UPDATE stages.slot SET current_release = stable_release, healthy_since = NULL
         WHERE stage = @stage AND repository_id = @repository
        """,
        new { stage, repository = repository.Value }, ct);

    /// <summary>A cancelled rollback left the instances of <paramref name="release"/> in place.</summary>
    public Task KeepAsync(string stage, RepositoryId repository, Digest release, CancellationToken ct) => ExecuteAsync(
        "UPDATE stages.slot SET current_release = @release, healthy_since = NULL WHERE stage = @stage AND repository_id = @repository",
        new { stage, repository = repository.Value, release = release.ToString() }, ct);

    private async Task<int> ExecuteAsync(string sql, object arguments, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(sql, arguments, cancellationToken: ct));
    }

    private sealed class Row
    {
        public string Stage { get; init; } = "";
        public Guid RepositoryId { get; init; }
        public long Generation { get; init; }
        public string? CurrentRelease { get; init; }
        public string? StableRelease { get; init; }
        public Guid? PromotionId { get; init; }
        public DateTime? Since { get; init; }
        public DateTime? HealthySince { get; init; }

        public Slot ToSlot() => new(
            Stage, new RepositoryId(RepositoryId), Generation, Sql.Digest(CurrentRelease), Sql.Digest(StableRelease),
            PromotionId is { } id ? new PromotionId(id) : null, Sql.Utc(Since), Sql.Utc(HealthySince));
    }
}
