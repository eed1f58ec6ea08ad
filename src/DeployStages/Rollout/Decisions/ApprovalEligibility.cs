using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Gates;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout.Commits;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Decisions;

/// <summary>Whether a caller may approve a promotion.</summary>
/// <param name="Groups">The groups of the policy that the approval counts for.</param>
/// <param name="Refusal">Why it is refused; null when it is not.</param>
/// <param name="Plan">What would be approved; null when the promotion no longer waits or needs no approval.</param>
internal sealed record Eligibility(IReadOnlyList<string> Groups, PromotionOutcome? Refusal, PromotionPlan? Plan);

/// <summary>Checks, from the policy, the plan and the commits as of now, who may approve. Joins the ambient transaction.</summary>
internal sealed class ApprovalEligibility(PolicyInForce policy, PlanReader plans, Contributors contributors)
{
    /// <summary>The same check for the command and for those who show beforehand what it would answer.</summary>
    public async Task<Eligibility> CheckAsync(Promotion p, Caller caller, CancellationToken ct)
    {
        if (p.Phase != PromotionPhase.Waiting)
            return new Eligibility([], Decided(p), null);
        if (policy.Current.Find(p.Stage) is not { Gates.Approval: { } rules } stage)
            return new Eligibility([], NeedsNone(p.Stage), null);
        var plan = await plans.ReadAsync(stage, p.Release, ct);
        var verdict = ApproverRules.Check(rules, caller, await contributors.OfAsync(p.Repository, plan.From?.Commit, p.Commit, ct));
        return new Eligibility(verdict.Groups, verdict.Refused, plan);
    }

    /// <summary>The answer to a decision about a promotion that no longer waits.</summary>
    public static PromotionOutcome.Conflict Decided(Promotion p) => new(
        "already-decided", $"Promotion {p.Number} is no longer waiting: it is {p.Phase.ToWords()}.", "There is nothing left to decide.");

    private static PromotionOutcome.Conflict NeedsNone(string stage) =>
        new("already-decided", $"{stage} needs no approval.", "There is nothing to do.");
}
