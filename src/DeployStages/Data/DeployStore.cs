using Dapper;
using Npgsql;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Data;

/// <summary>The names are stored: never rename one.</summary>
internal enum DeployState
{
    /// <summary>The scheduler has it; it is not healthy yet.</summary>
    Submitted,

    /// <summary>Every instance became healthy.</summary>
    Healthy,

    /// <summary>It failed or was cancelled.</summary>
    Failed,
}

/// <summary>A deploy that a promotion asked for, as stored.</summary>
internal sealed record PromotionDeploy(
    PromotionId Promotion, string Cluster, string DeployId, string RequestId, string Deployable, string Kind, Digest Release,
    long Generation,
    bool Rollback, int Instances, DeployState State, FailureClass? FailureClass, string? Reason, DateTimeOffset SubmittedAt,
    DateTimeOffset? EndedAt)
{
    /// <summary>The user of the agent that its statement names; written once.</summary>
    public string? SignedUser { get; init; }
}

/// <summary>Deploys of promotions. Joins the ambient transaction.</summary>
internal sealed class DeployStore(NpgsqlDataSource db)
{
    private const string Columns = """
        SELECT promotion_id, cluster, deploy_id, request_id, deployable, kind, release, generation, rollback, instances, state,
               failure_class, reason, submitted_at, ended_at
          FROM stages.deploy
        """;

    private const string Insert = """
        INSERT INTO stages.deploy (promotion_id, cluster, deploy_id, request_id, deployable, kind, release, generation, rollback, instances,
                                   state, submitted_at, signed_at, signed_user)
        SELECT @Promotion, @Cluster, u.deploy_id, u.request_id, u.deployable, u.kind, @Release, @Generation, @Rollback, u.instances,
               'Submitted', @At, @At, @SignedUser
          FROM unnest(@DeployId::text[], @RequestId::text[], @Deployable::text[], @Kind::text[], @Instances::int[])
               AS u(deploy_id, request_id, deployable, kind, instances)
        """;

    private const string End = """
        UPDATE stages.deploy SET state = @state, failure_class = @failureClass, reason = @reason, ended_at = @at
         WHERE cluster = @cluster AND deploy_id = @deployId AND state = 'Submitted'
        """;

    private const string Outdated = """
         WHERE (cluster, deploy_id) IN (
                 SELECT r.cluster, r.deploy_id FROM stages.deployable r
                 UNION ALL
                 SELECT d.cluster, d.deploy_id FROM stages.promotion p JOIN stages.deploy d ON d.promotion_id = p.id
                  WHERE p.phase IN ('Deploying', 'Baking', 'RollingBack') AND d.generation = p.generation)
           AND (signed_at IS NULL OR signed_at < @before OR signed_user IS DISTINCT FROM @user)
         ORDER BY submitted_at DESC
         LIMIT @limit
        """;

    /// <summary>All of one promotion and generation.</summary>
    public async Task InsertAsync(IReadOnlyList<PromotionDeploy> deploys, CancellationToken ct)
    {
        if (deploys.Count == 0)
            return;
        var first = deploys[0];
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Insert,
            new
            {
                Promotion = first.Promotion.Value, first.Cluster, Release = first.Release.ToString(), first.Generation, first.Rollback,
                At = first.SubmittedAt.UtcDateTime, first.SignedUser,
                DeployId = deploys.Select(d => d.DeployId).ToArray(),
                RequestId = deploys.Select(d => d.RequestId).ToArray(),
                Deployable = deploys.Select(d => d.Deployable).ToArray(),
                Kind = deploys.Select(d => d.Kind).ToArray(),
                Instances = deploys.Select(d => d.Instances).ToArray(),
            },
            cancellationToken: ct));
    }

    /// <summary>What should run, or is on its way, and whose statement is missing, for another user or old.</summary>
    /// <param name="user">The user that tasks are started as now.</param>
    /// <param name="before">Statements that were signed earlier are old.</param>
    /// <param name="limit">At most so many.</param>
    public async Task<IReadOnlyList<PromotionDeploy>> OutdatedAsync(
        string? user, DateTimeOffset before, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"{Columns} {Outdated}", new { user, before = before.UtcDateTime, limit }, cancellationToken: ct));
        return [.. rows.Select(r => r.ToDeploy())];
    }

    /// <summary>Whether every instance of the deploy was once healthy.</summary>
    public async Task<bool> WasHealthyAsync(string cluster, string deployId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT FROM stages.deploy WHERE cluster = @cluster AND deploy_id = @deployId AND state = 'Healthy')",
            new { cluster, deployId }, cancellationToken: ct));
    }

    /// <summary>The deploy has a fresh statement.</summary>
    public async Task SignedAsync(PromotionDeploy deploy, DateTimeOffset at, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE stages.deploy SET signed_at = @at, signed_user = @SignedUser WHERE cluster = @Cluster AND deploy_id = @DeployId",
            new { at = at.UtcDateTime, deploy.SignedUser, deploy.Cluster, deploy.DeployId }, cancellationToken: ct));
    }

    public async Task EndAsync(
        PromotionDeploy deploy, DeployState state, FailureClass? failureClass, string? reason, DateTimeOffset at,
        CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            End,
            new
            {
                cluster = deploy.Cluster, deployId = deploy.DeployId, state = state.ToString(),
                failureClass = failureClass?.ToString(), reason, at = at.UtcDateTime,
            },
            cancellationToken: ct));
    }

    public async Task<PromotionId?> PromotionOfAsync(string cluster, string deployId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var id = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "SELECT promotion_id FROM stages.deploy WHERE cluster = @cluster AND deploy_id = @deployId", new { cluster, deployId },
            cancellationToken: ct));
        return id is { } known ? new PromotionId(known) : null;
    }

    /// <summary>Of the promotion's newest generation, by name.</summary>
    public async Task<IReadOnlyList<PromotionDeploy>> OfGenerationAsync(Promotion p, CancellationToken ct) =>
        [.. (await OfAsync(p.Id, ct)).Where(d => d.Generation == p.Generation)];

    /// <summary>In the order of generation and name.</summary>
    public Task<IReadOnlyList<PromotionDeploy>> OfAsync(PromotionId promotion, CancellationToken ct) => OfAsync([promotion], ct);

    public async Task<IReadOnlyList<PromotionDeploy>> OfAsync(IReadOnlyList<PromotionId> promotions, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"{Columns} WHERE promotion_id = ANY(@ids) ORDER BY generation, deployable",
            new { ids = promotions.Select(p => p.Value).ToArray() }, cancellationToken: ct));
        return [.. rows.Select(r => r.ToDeploy())];
    }

    private sealed class Row
    {
        public Guid PromotionId { get; init; }
        public string Cluster { get; init; } = "";
        public string DeployId { get; init; } = "";
        public string RequestId { get; init; } = "";
        public string Deployable { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Release { get; init; } = "";
        public long Generation { get; init; }
        public bool Rollback { get; init; }
        public int Instances { get; init; }
        public string State { get; init; } = "";
        public string? FailureClass { get; init; }
        public string? Reason { get; init; }
        public DateTime SubmittedAt { get; init; }
        public DateTime? EndedAt { get; init; }

        public PromotionDeploy ToDeploy() => new(
            new PromotionId(PromotionId), Cluster, DeployId, RequestId, Deployable, Kind, Digest.Parse(Release), Generation,
            Rollback, Instances,
            Enum.Parse<DeployState>(State), FailureClass is null ? null : Enum.Parse<FailureClass>(FailureClass), Reason,
            Sql.Utc(SubmittedAt), Sql.Utc(EndedAt));
    }
}
