using System.Text.Json;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Data;

/// <summary>A row of <c>stages.promotion</c> as Dapper reads it.</summary>
internal sealed class PromotionRow
{
    public const string Columns = """
        SELECT id, number, repository_id, stage, cluster, release, release_number, commit_sha, build_id, automatic, created_by, phase,
               generation, target, superseded_by, failure_class, reason, blockers::text AS blockers, plan_digest, bake_until, next_wake,
               created_at, started_at, healthy_at, finished_at, version
          FROM stages.promotion
        """;

    public Guid Id { get; init; }
    public long Number { get; init; }
    public Guid RepositoryId { get; init; }
    public string Stage { get; init; } = "";
    public string Cluster { get; init; } = "";
    public string Release { get; init; } = "";
    public int ReleaseNumber { get; init; }
    public string CommitSha { get; init; } = "";
    public Guid BuildId { get; init; }
    public bool Automatic { get; init; }
    public string CreatedBy { get; init; } = "";
    public string Phase { get; init; } = "";
    public long? Generation { get; init; }
    public string? Target { get; init; }
    public string? SupersededBy { get; init; }
    public string? FailureClass { get; init; }
    public string? Reason { get; init; }
    public string Blockers { get; init; } = "[]";
    public string? PlanDigest { get; init; }
    public DateTime? BakeUntil { get; init; }
    public DateTime? NextWake { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime? StartedAt { get; init; }
    public DateTime? HealthyAt { get; init; }
    public DateTime? FinishedAt { get; init; }
    public long Version { get; init; }

    public Promotion ToPromotion() => new(
        new PromotionId(Id), Number, new RepositoryId(RepositoryId), Stage, Cluster, Digest.Parse(Release), ReleaseNumber,
        Kernel.CommitSha.Parse(CommitSha), new BuildId(BuildId), Automatic, CreatedBy, Sql.Utc(CreatedAt))
    {
        Phase = Enum.Parse<PromotionPhase>(Phase),
        Generation = Generation,
        Target = Sql.Digest(Target),
        SupersededBy = Sql.Digest(SupersededBy),
        FailureClass = FailureClass is null ? null : Enum.Parse<FailureClass>(FailureClass),
        Reason = Reason,
        Blockers = JsonSerializer.Deserialize<List<Blocker>>(Blockers, StoredJson.Options)!,
        PlanDigest = PlanDigest,
        BakeUntil = Sql.Utc(BakeUntil),
        NextWake = Sql.Utc(NextWake),
        StartedAt = Sql.Utc(StartedAt),
        HealthyAt = Sql.Utc(HealthyAt),
        FinishedAt = Sql.Utc(FinishedAt),
        Version = Version,
    };
}
