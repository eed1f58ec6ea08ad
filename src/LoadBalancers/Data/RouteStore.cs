using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.LoadBalancers.Contract;

namespace Pipeline.LoadBalancers.Data;

/// <summary>Owners of routes. Joins the ambient transaction.</summary>
internal sealed class RouteStore(NpgsqlDataSource db)
{
    // The first of two keys: the second is the stage.
    private const int Lock = 4107;

    private const string Columns = "SELECT stage, route, repository_id, deployable, since, taken_by FROM routes.owner";

    private const string Insert = """
        INSERT INTO routes.owner (stage, route, repository_id, deployable, since, taken_by)
        VALUES (@Stage, @Route, @Repository, @Deployable, @Since, @By)
        """;

    private const string Upsert = $"""
        {Insert}
        ON CONFLICT (stage, route) DO UPDATE
           SET repository_id = excluded.repository_id, deployable = excluded.deployable, since = excluded.since,
               taken_by = excluded.taken_by
        """;

    private const string RemoveOf = """
        DELETE FROM routes.owner WHERE stage = @stage AND repository_id = @repository AND deployable = ANY(@deployables)
        RETURNING stage, route, repository_id, deployable, since, taken_by
        """;

    /// <summary>Until the transaction ends nobody else changes who has the routes of the stage.</summary>
    /// <returns>All owners of the stage, by route.</returns>
    public async Task<IReadOnlyList<RouteOwner>> LockAsync(string stage, CancellationToken ct)
    {
        await ExecuteAsync("SELECT pg_advisory_xact_lock(@Lock, hashtext(@stage))", new { Lock, stage }, ct);
        return await OfStageAsync(stage, ct);
    }

    /// <summary>By route.</summary>
    public Task<IReadOnlyList<RouteOwner>> OfStageAsync(string stage, CancellationToken ct) =>
        ReadAsync($"{Columns} WHERE stage = @stage ORDER BY route", new { stage }, ct);

    /// <summary>Of every stage, by stage and route.</summary>
    public Task<IReadOnlyList<RouteOwner>> AllAsync(CancellationToken ct) => ReadAsync($"{Columns} ORDER BY stage, route", new { }, ct);

    /// <summary>Of routes that nobody has.</summary>
    public Task InsertAsync(IEnumerable<RouteOwner> owners, CancellationToken ct) => ExecuteAsync(Insert, owners.Select(Row).ToList(), ct);

    /// <summary>Whoever has the routes now.</summary>
    public Task ReplaceAsync(IEnumerable<RouteOwner> owners, CancellationToken ct) => ExecuteAsync(Upsert, owners.Select(Row).ToList(), ct);

    public Task RemoveAsync(RouteOwner owner, CancellationToken ct) =>
        ExecuteAsync("DELETE FROM routes.owner WHERE stage = @Stage AND route = @Route", new { owner.Stage, owner.Route }, ct);

    /// <returns>What the deployables had.</returns>
    public Task<IReadOnlyList<RouteOwner>> RemoveOfAsync(
        string stage, RepositoryId repository, IEnumerable<string> deployables, CancellationToken ct) =>
        ReadAsync(RemoveOf, new { stage, repository = repository.Value, deployables = deployables.ToArray() }, ct);

    private static object Row(RouteOwner o) => new
    {
        o.Stage, o.Route, Repository = o.Repository.Value, o.Deployable, Since = o.Since.UtcDateTime, o.By,
    };

    private async Task ExecuteAsync(string sql, object arguments, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(sql, arguments, cancellationToken: ct));
    }

    private async Task<IReadOnlyList<RouteOwner>> ReadAsync(string sql, object arguments, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<OwnerRow>(new CommandDefinition(sql, arguments, cancellationToken: ct));
        return [.. rows.Select(r => r.ToOwner())];
    }

    private sealed class OwnerRow
    {
        public string Stage { get; init; } = "";
        public string Route { get; init; } = "";
        public Guid RepositoryId { get; init; }
        public string Deployable { get; init; } = "";
        public DateTime Since { get; init; }
        public string TakenBy { get; init; } = "";

        public RouteOwner ToOwner() => new(
            Stage, Route, new RepositoryId(RepositoryId), Deployable, new DateTimeOffset(DateTime.SpecifyKind(Since, DateTimeKind.Utc)),
            TakenBy);
    }
}
