using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Core.Promotions;

/// <summary>The journal event of each phase that a promotion enters. Pure.</summary>
internal static class PromotionJournal
{
    /// <param name="person">Who rejected it.</param>
    public static JournalEvent Of(Promotion p, string? person = null, string? comment = null) => p.Phase switch
    {
        PromotionPhase.Waiting => new PromotionWaiting(p.Id, p.Release, p.Stage, [.. p.Blockers.Select(b => b.Sentence)]),
        PromotionPhase.Deploying => new PromotionStarted(p.Id, p.Release, p.Stage, p.Generation ?? 0),
        PromotionPhase.Baking => new PromotionBaking(p.Id, p.Release, p.Stage),
        PromotionPhase.RollingBack =>
            new PromotionRollingBack(p.Id, p.Release, p.Stage, p.Target, p.FailureClass ?? FailureClass.App, p.Reason ?? ""),
        PromotionPhase.Succeeded => new PromotionSucceeded(p.Id, p.Release, p.Stage),
        PromotionPhase.RolledBack => new PromotionRolledBack(p.Id, p.Release, p.Stage, p.Target, p.Reason ?? ""),
        PromotionPhase.Failed => new PromotionFailed(p.Id, p.Release, p.Stage, p.FailureClass ?? FailureClass.App, p.Reason ?? ""),
        PromotionPhase.Rejected => new PromotionRejected(p.Id, p.Release, p.Stage, person ?? "", comment),
        PromotionPhase.Superseded => new PromotionSuperseded(p.Id, p.Release, p.Stage, p.SupersededBy ?? p.Release),
    };
}
