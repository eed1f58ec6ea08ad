using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Contract.Events;

public sealed record PromotionCreated(PromotionId Promotion, Digest Release, string Stage) : JournalEvent;

/// <summary>What keeps the promotion from going on has changed. One sentence per blocker, most important first.</summary>
public sealed record PromotionWaiting(PromotionId Promotion, Digest Release, string Stage, IReadOnlyList<string> Blockers) : JournalEvent;

public sealed record PromotionApproved(PromotionId Promotion, string Stage, string Person, string? Comment) : JournalEvent;

public sealed record PromotionRejected(PromotionId Promotion, Digest Release, string Stage, string Person, string? Comment) : JournalEvent;

public sealed record PromotionStarted(PromotionId Promotion, Digest Release, string Stage, long Generation) : JournalEvent;

public sealed record PromotionBaking(PromotionId Promotion, Digest Release, string Stage) : JournalEvent;

public sealed record PromotionSucceeded(PromotionId Promotion, Digest Release, string Stage) : JournalEvent;

/// <summary>Ended badly and nothing ran before it to return to.</summary>
public sealed record PromotionFailed(PromotionId Promotion, Digest Release, string Stage, FailureClass Class, string Reason) : JournalEvent;

public sealed record PromotionRollingBack(
    PromotionId Promotion, Digest Release, string Stage, Digest? Target, FailureClass Class, string Reason) : JournalEvent;

public sealed record PromotionRolledBack(PromotionId Promotion, Digest Release, string Stage, Digest? Target, string Reason) : JournalEvent;

public sealed record PromotionSuperseded(PromotionId Promotion, Digest Release, string Stage, Digest By) : JournalEvent;
