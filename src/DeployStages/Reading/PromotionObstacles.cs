using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout;
using Pipeline.DeployStages.Rollout.Decisions;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Reading;

/// <summary>What a command would answer to a caller, without running it: the same checks, in the same order.</summary>
internal sealed class PromotionObstacles(
    ApprovalEligibility eligibility, Rollbacks rollbacks, SlotStore slots, PromotionStore promotions)
{
    /// <summary>Null when nothing is in the way.</summary>
    public async Task<PromotionObstacle?> FindAsync(Promotion p, Caller caller, PromotionAction action, CancellationToken ct)
    {
        var permission = action == PromotionAction.RollBack ? Permission.Promote : Permission.Approve;
        if (!caller.Has(permission))
            return Denied(caller, permission);
        return await RefusalAsync(p, caller, action, ct) switch
        {
            PromotionOutcome.Refused no => new PromotionObstacle(no.Code, no.Sentence, no.Hint),
            PromotionOutcome.Conflict no => new PromotionObstacle(no.Code, no.Sentence, no.Hint),
            _ => null,
        };
    }

    private static PromotionObstacle Denied(Caller caller, string permission) => caller.IsAnonymous
        ? new PromotionObstacle("permission-denied", $"Sign in as a person with the permission “{permission}”.", null)
        : new PromotionObstacle(
            "permission-denied", $"{caller.Actor.Name} does not have the permission “{permission}”.", "An administrator can grant it.");

    private async Task<PromotionOutcome?> RefusalAsync(Promotion p, Caller caller, PromotionAction action, CancellationToken ct) =>
        action switch
        {
            PromotionAction.Approve => (await eligibility.CheckAsync(p, caller, ct)).Refusal,
            PromotionAction.Reject => Rejections.WhyNot(p, caller),
            PromotionAction.RollBack => await rollbacks.WhyNotAsync(
                p, await slots.FindAsync(p.Stage, p.Repository, ct), await promotions.RunningAsync(p.Stage, p.Repository, ct), ct),
        };
}
