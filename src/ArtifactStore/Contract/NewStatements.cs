using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Contract;

/// <summary>What a promotion statement says: “this release may run in this stage”.</summary>
/// <param name="Stage">The stage that it allows.</param>
/// <param name="Release">The release that the artifacts belong to.</param>
/// <param name="Artifacts">The subjects of the statement; at least one.</param>
/// <param name="Deployable">Null when it holds for every deployable of the release.</param>
/// <param name="Generation">The stage's generation: an older statement cannot be replayed.</param>
/// <param name="Expires">After this an agent refuses it.</param>
/// <param name="RunSpecification">Digest of what may run; null allows nothing to be launched.</param>
public sealed record NewPromotionStatement(
    string Stage, Digest Release, IReadOnlyList<ReleaseArtifact> Artifacts, string? Deployable, long Generation, DateTimeOffset Expires,
    string? RunSpecification = null);

/// <summary>What an approval statement says: “this person approved this plan”. Its subject is the plan.</summary>
/// <param name="PlanDigest">SHA-256 of the plan as the person read it.</param>
/// <param name="Stage">The stage that the plan is for.</param>
/// <param name="Release">The release that goes in.</param>
/// <param name="Promotion">The promotion that waited.</param>
/// <param name="Person">Who approved.</param>
/// <param name="Groups">The groups that the approval counts for.</param>
/// <param name="At">When.</param>
public sealed record NewApprovalStatement(
    string PlanDigest, string Stage, Digest Release, PromotionId Promotion, string Person, IReadOnlyList<string> Groups, DateTimeOffset At);
