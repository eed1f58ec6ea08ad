using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Contract;

/// <summary>The kinds of events that this slice appends. The names are stored: never rename one.</summary>
public static class PromotionEventKinds
{
    /// <summary>Every kind, as the slice registers it.</summary>
    public static IReadOnlyList<EventKind> All { get; } =
    [
        EventKind.Of<PromotionCreated>("promotion.created"),
        EventKind.Of<PromotionWaiting>("promotion.waiting"),
        EventKind.Of<PromotionApproved>("promotion.approved"),
        EventKind.Of<PromotionRejected>("promotion.rejected"),
        EventKind.Of<PromotionStarted>("promotion.started"),
        EventKind.Of<PromotionBaking>("promotion.baking"),
        EventKind.Of<PromotionSucceeded>("promotion.succeeded"),
        EventKind.Of<PromotionFailed>("promotion.failed"),
        EventKind.Of<PromotionRollingBack>("promotion.rolling-back"),
        EventKind.Of<PromotionRolledBack>("promotion.rolled-back"),
        EventKind.Of<PromotionSuperseded>("promotion.superseded"),
    ];
}
