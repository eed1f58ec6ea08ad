using Dapper;
using Npgsql;
using Pipeline.DeployStages.Core.Gates;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Data;

/// <summary>The names are stored: never rename one.</summary>
internal enum DecisionKind
{
    /// <summary>An approval of a plan.</summary>
    Approve,

    /// <summary>A rejection of the promotion.</summary>
    Reject,
}

/// <summary>A person's decision, as stored.</summary>
/// <param name="Envelope">The signed statement of an approval.</param>
internal sealed record Decision(
    Guid Id, PromotionId Promotion, DecisionKind Kind, string Person, IReadOnlyList<string> Groups, string PlanDigest, string? Comment,
    string? Envelope, DateTimeOffset At)
{
    /// <summary>Why an approval counts for nothing: what was recorded is not what was signed. Null when nothing is known against
    /// it.</summary>
    public string? Refused { get; init; }

    /// <summary>As the gates count it, once its statement was verified.</summary>
    public Approval ToApproval() => new(Person, Groups, PlanDigest, At);
}

/// <summary>Approvals and rejections. Joins the ambient transaction.</summary>
internal sealed class DecisionStore(NpgsqlDataSource db)
{
    private const string Insert = """
        INSERT INTO stages.decision (id, promotion_id, kind, person, groups, plan_digest, comment, envelope, at)
        VALUES (@Id, @Promotion, @Kind, @Person, @Groups, @PlanDigest, @Comment, @Envelope, @At)
        ON CONFLICT DO NOTHING
        """;

    /// <returns>False when this person approved this plan before.</returns>
    public async Task<bool> InsertAsync(Decision d, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            Insert,
            new
            {
                d.Id, Promotion = d.Promotion.Value, Kind = d.Kind.ToString(), d.Person, Groups = d.Groups.ToArray(), d.PlanDigest,
                d.Comment, d.Envelope, At = d.At.UtcDateTime,
            },
            cancellationToken: ct)) == 1;
    }

    public async Task<IReadOnlyList<Decision>> OfAsync(IReadOnlyList<PromotionId> promotions, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT id, promotion_id, kind, person, groups, plan_digest, comment, envelope, at, refused
              FROM stages.decision WHERE promotion_id = ANY(@ids) ORDER BY at, id
            """,
            new { ids = promotions.Select(p => p.Value).ToArray() },
            cancellationToken: ct));
        return [.. rows.Select(r => r.ToDecision())];
    }

    /// <summary>From now on the approval counts for nothing, and its person may approve again.</summary>
    /// <returns>False when that was known.</returns>
    public async Task<bool> RefuseAsync(Guid decision, string why, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE stages.decision SET refused = @why WHERE id = @decision AND refused IS NULL", new { decision, why },
            cancellationToken: ct)) == 1;
    }

    private sealed class Row
    {
        public Guid Id { get; init; }
        public Guid PromotionId { get; init; }
        public string Kind { get; init; } = "";
        public string Person { get; init; } = "";
        public string[] Groups { get; init; } = [];
        public string PlanDigest { get; init; } = "";
        public string? Comment { get; init; }
        public string? Envelope { get; init; }
        public DateTime At { get; init; }
        public string? Refused { get; init; }

        public Decision ToDecision() => new(
            Id, new PromotionId(PromotionId), Enum.Parse<DecisionKind>(Kind), Person, Groups, PlanDigest, Comment, Envelope, Sql.Utc(At))
        {
            Refused = Refused,
        };
    }
}
