using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Core;

/// <summary>One release going into one stage, as stored.</summary>
/// <param name="Automatic">Offered by the system, once ever; else a person asked.</param>
/// <param name="Generation">Of the newest deploys of this promotion; null before it started.</param>
/// <param name="Target">The release to return to; null when nothing good ran before it.</param>
/// <param name="Version">Grows with every save: two writers cannot both win.</param>
public sealed record Promotion(
    PromotionId Id, long Number, RepositoryId Repository, string Stage, string Cluster, Digest Release, int ReleaseNumber, CommitSha Commit,
    BuildId Build, bool Automatic, string CreatedBy, DateTimeOffset CreatedAt)
{
    public PromotionPhase Phase { get; init; } = PromotionPhase.Waiting;
    public long? Generation { get; init; }
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
    public long Version { get; init; } = 1;

    public bool IsRunning => Phase is PromotionPhase.Deploying or PromotionPhase.Baking or PromotionPhase.RollingBack;

    public JournalSubject Subject => new()
    {
        Repository = Repository, Commit = Commit, Build = Build, Release = Release, Promotion = Id, Stage = Stage, Cluster = Cluster,
    };
}
