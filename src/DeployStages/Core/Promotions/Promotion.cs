using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Core.Promotions;

/// <summary>One release going into one stage, as stored.</summary>
/// <param name="Automatic">Offered automatically, which happens once ever; otherwise somebody requested it.</param>
internal sealed record Promotion(
    PromotionId Id, long Number, RepositoryId Repository, string Stage, string Cluster, Digest Release, int ReleaseNumber, CommitSha Commit,
    BuildId Build, bool Automatic, string CreatedBy, DateTimeOffset CreatedAt)
{
    public PromotionPhase Phase { get; init; } = PromotionPhase.Waiting;
    /// <summary>Of the newest deploys of this promotion; null before it started.</summary>
    public long? Generation { get; init; }

    /// <summary>The release to return to; null when nothing good ran before it.</summary>
    public Digest? Target { get; init; }
    public Digest? SupersededBy { get; init; }
    public FailureClass? FailureClass { get; init; }
    public string? Reason { get; init; }
    public IReadOnlyList<Blocker> Blockers { get; init; } = [];
    public string? PlanDigest { get; init; }
    public DateTimeOffset? BakeUntil { get; init; }
    public DateTimeOffset? NextWake { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? HealthyAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Grows with every save: two writers cannot both win.</summary>
    public long Version { get; init; } = 1;

    /// <summary>It is moving its slot.</summary>
    public bool IsRunning => Phase is PromotionPhase.Deploying or PromotionPhase.Baking or PromotionPhase.RollingBack;

    /// <summary>What its journal events are about.</summary>
    public JournalSubject Subject => new()
    {
        Repository = Repository, Commit = Commit, Build = Build, Release = Release, Promotion = Id, Stage = Stage, Cluster = Cluster,
    };
}
