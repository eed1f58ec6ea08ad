using Dapper;
using Npgsql;
using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Data;

/// <summary>What a deployable runs in a stage: a cell of the matrix.</summary>
internal sealed record RunningDeployable(
    string Name, string Stage, RepositoryId Repository, string Kind, Digest Release, int ReleaseNumber, CommitSha Commit, string DeployId,
    string RequestId, string Cluster, int Instances, PromotionId Promotion, DateTimeOffset Since);

/// <summary>The registry of what runs where. Joins the ambient transaction.</summary>
internal sealed class DeployableStore(NpgsqlDataSource db)
{
    private const string Columns = """
        SELECT name, stage, repository_id, kind, release, release_number, commit_sha, deploy_id, request_id, cluster, instances,
               promotion_id, since
          FROM stages.deployable
        """;

    private const string Upsert = """
        INSERT INTO stages.deployable (name, stage, repository_id, kind, release, release_number, commit_sha, deploy_id, request_id,
                                       cluster, instances, promotion_id, since)
        VALUES (@Name, @Stage, @Repository, @Kind, @Release, @ReleaseNumber, @Commit, @DeployId, @RequestId, @Cluster, @Instances,
               @Promotion, @Since)
        ON CONFLICT (name, stage) DO UPDATE
           SET kind = excluded.kind, release = excluded.release, release_number = excluded.release_number, commit_sha = excluded.commit_sha,
               deploy_id = excluded.deploy_id, request_id = excluded.request_id, cluster = excluded.cluster, instances = excluded.instances,
               promotion_id = excluded.promotion_id, since = excluded.since
         WHERE stages.deployable.repository_id = excluded.repository_id
        """;

    private const string Names = """
        SELECT DISTINCT name FROM stages.deployable
         WHERE (@after::text IS NULL OR name > @after) AND (@Find::text IS NULL OR strpos(lower(name), lower(@Find)) > 0)
           AND (@Stage::text IS NULL OR stage = @Stage) AND (@repository::uuid IS NULL OR repository_id = @repository)
         ORDER BY name LIMIT @limit
        """;

    public async Task UpsertAsync(IReadOnlyList<RunningDeployable> cells, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Upsert,
            cells.Select(c => new
            {
                c.Name, c.Stage, Repository = c.Repository.Value, c.Kind, Release = c.Release.ToString(), c.ReleaseNumber,
                Commit = c.Commit.ToString(), c.DeployId, c.RequestId, c.Cluster, c.Instances, Promotion = c.Promotion.Value,
                Since = c.Since.UtcDateTime,
            }).ToList(),
            cancellationToken: ct));
    }

    /// <summary>Removes the deployables of the slot that are not among <paramref name="keep"/>, and returns them.</summary>
    public Task<IReadOnlyList<RunningDeployable>> RemoveOthersAsync(
        string stage, RepositoryId repository, string[] keep, CancellationToken ct) => ReadAsync(
        """
        DELETE FROM stages.deployable WHERE stage = @stage AND repository_id = @repository AND NOT name = ANY(@keep)
        RETURNING name, stage, repository_id, kind, release, release_number, commit_sha, deploy_id, request_id, cluster, instances,
               promotion_id, since
        """,
        new { stage, repository = repository.Value, keep }, ct);

    public Task<IReadOnlyList<RunningDeployable>> OfSlotAsync(string stage, RepositoryId repository, CancellationToken ct) =>
        ReadAsync(
            $"{Columns} WHERE stage = @stage AND repository_id = @repository ORDER BY name",
            new { stage, repository = repository.Value }, ct);

    public Task<IReadOnlyList<RunningDeployable>> OfNamesAsync(IReadOnlyList<string> names, CancellationToken ct) =>
        ReadAsync($"{Columns} WHERE name = ANY(@names) ORDER BY name, stage", new { names = names.ToArray() }, ct);

    public async Task<IReadOnlyList<string>> NamesAsync(DeployableFilter filter, string? after, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            Names, new { after, filter.Find, filter.Stage, repository = filter.Repository?.Value, limit }, cancellationToken: ct))];
    }

    private async Task<IReadOnlyList<RunningDeployable>> ReadAsync(string sql, object arguments, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, arguments, cancellationToken: ct));
        return [.. rows.Select(r => r.ToCell())];
    }

    private sealed class Row
    {
        public string Name { get; init; } = "";
        public string Stage { get; init; } = "";
        public Guid RepositoryId { get; init; }
        public string Kind { get; init; } = "";
        public string Release { get; init; } = "";
        public int ReleaseNumber { get; init; }
        public string CommitSha { get; init; } = "";
        public string DeployId { get; init; } = "";
        public string RequestId { get; init; } = "";
        public string Cluster { get; init; } = "";
        public int Instances { get; init; }
        public Guid PromotionId { get; init; }
        public DateTime Since { get; init; }

        public RunningDeployable ToCell() => new(
            Name, Stage, new RepositoryId(RepositoryId), Kind, Digest.Parse(Release), ReleaseNumber,
            Kernel.CommitSha.Parse(CommitSha), DeployId, RequestId, Cluster, Instances, new PromotionId(PromotionId), Sql.Utc(Since));
    }
}
