using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Http;

/// <summary>A person's decision about a promotion that waits.</summary>
/// <param name="Decision"><c>approve</c> or <c>reject</c>.</param>
/// <param name="PlanDigest">The plan that was read; without it the plan as it is now.</param>
internal sealed record DecisionRequest(string Decision, string? PlanDigest, string? Comment);

/// <summary>A rollback of a promotion.</summary>
internal sealed record RollbackRequest(string? Comment);

/// <summary>A promotion to start, or to plan.</summary>
/// <param name="Release"><c>sha256:…</c>.</param>
internal sealed record PromoteRequest(string Release, string Stage, string? PlanDigest);

/// <summary>Why a promotion waits, or how it ended.</summary>
internal sealed record WhyView(PromotionId Id, long Number, PromotionPhase Phase, string Sentence, IReadOnlyList<Blocker> Blockers);

/// <summary>A stage with what runs in it.</summary>
internal sealed record StageDetails(StageView Stage, IReadOnlyList<SlotView> Slots);
