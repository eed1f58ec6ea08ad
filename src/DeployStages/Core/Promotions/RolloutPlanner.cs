using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core.Promotions;

/// <summary>What the deploys of a promotion came to so far.</summary>
/// <param name="Failure">The first failure, with its evidence.</param>
internal sealed record RolloutState(bool AllHealthy, RolloutFailure? Failure);

/// <summary>A deploy that failed.</summary>
internal sealed record RolloutFailure(FailureClass Class, string Reason);

/// <summary>Decides what the state of its deploys means to a promotion that moves its slot. Pure.</summary>
internal static class RolloutPlanner
{
    /// <summary>What happened to the promotion; null when nothing did.</summary>
    public static PromotionEvent? EventOf(Promotion p, StagePolicy stage, RolloutState deploys, DateTimeOffset now)
    {
        if (deploys.Failure is { } failure)
            return new DeployBroke(now, failure.Class, failure.Reason);
        if (p.Phase != PromotionPhase.Baking)
            return deploys.AllHealthy ? new DeploysBecameHealthy(now) : null;
        if (deploys.AllHealthy && now >= p.BakeUntil)
            return new BakeElapsed(now);
        return now >= p.BakeUntil + stage.Budget
            ? new DeployBroke(now, FailureClass.Health, "Not every instance was healthy again after the bake.")
            : null;
    }
}
