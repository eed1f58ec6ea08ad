using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Contract;

/// <summary>A release was put in line for a stage.</summary>
public sealed record PromotionCreated(PromotionId Promotion, Digest Release, string Stage) : JournalEvent;

/// <summary>The reasons why the promotion waits have changed.</summary>
/// <param name="Blockers">One sentence per blocker, the most important first.</param>
public sealed record PromotionWaiting(PromotionId Promotion, Digest Release, string Stage, IReadOnlyList<string> Blockers) : JournalEvent;

/// <summary>A person approved the plan of a promotion.</summary>
public sealed record PromotionApproved(PromotionId Promotion, string Stage, string Person, string? Comment) : JournalEvent;

/// <summary>A person ended a promotion that waited.</summary>
public sealed record PromotionRejected(PromotionId Promotion, Digest Release, string Stage, string Person, string? Comment) : JournalEvent;

/// <summary>Every gate is open; the deploys of the release were submitted.</summary>
/// <param name="Generation">Of the slot, one more than ever before.</param>
public sealed record PromotionStarted(PromotionId Promotion, Digest Release, string Stage, long Generation) : JournalEvent;

/// <summary>Every instance is healthy; the release is watched until the bake ends.</summary>
public sealed record PromotionBaking(PromotionId Promotion, Digest Release, string Stage) : JournalEvent;

/// <summary>The release runs in the stage and is its last good one.</summary>
public sealed record PromotionSucceeded(PromotionId Promotion, Digest Release, string Stage) : JournalEvent;

/// <summary>The release failed and nothing was restored.</summary>
public sealed record PromotionFailed(PromotionId Promotion, Digest Release, string Stage, FailureClass Class, string Reason) : JournalEvent;

/// <summary>The stage is on its way back to its last good release.</summary>
/// <param name="Target">The release it returns to.</param>
public sealed record PromotionRollingBack(
    PromotionId Promotion, Digest Release, string Stage, Digest? Target, FailureClass Class, string Reason) : JournalEvent;

/// <summary>The stage runs its last good release again.</summary>
public sealed record PromotionRolledBack(PromotionId Promotion, Digest Release, string Stage, Digest? Target, string Reason) : JournalEvent;

/// <summary>A newer release replaced one that waited.</summary>
/// <param name="By">The newer release.</param>
public sealed record PromotionSuperseded(PromotionId Promotion, Digest Release, string Stage, Digest By) : JournalEvent;
