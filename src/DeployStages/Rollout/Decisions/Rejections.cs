using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Decisions;

/// <summary>Ends a promotion that waits, at a person's decision. The caller holds the slot's lock and the transaction.</summary>
internal sealed class Rejections(DecisionStore decisions, PolicyInForce policy, Transitions transitions)
{
    /// <summary>Why the caller cannot reject the promotion; null when he can.</summary>
    public static PromotionOutcome? WhyNot(Promotion p, Caller caller)
    {
        if (p.Phase != PromotionPhase.Waiting)
            return ApprovalEligibility.Decided(p);
        return caller.Actor.Kind == ActorKind.Person ? null : new PromotionOutcome.Refused(
            "token-cannot-approve", $"{caller.Actor.Name} is not a person: only a person can reject.", "Sign in as a person.");
    }

    /// <summary>Records the decision and ends the promotion.</summary>
    public async Task<PromotionOutcome> RejectAsync(Promotion p, string? comment, Caller caller, DateTimeOffset now, CancellationToken ct)
    {
        if (WhyNot(p, caller) is { } refusal)
            return refusal;
        var person = caller.Actor.Name;
        await decisions.InsertAsync(
            new Decision(Guid.CreateVersion7(now), p.Id, DecisionKind.Reject, person, [], p.PlanDigest ?? "", comment, null, now), ct);
        await transitions.ApplyAsync(
            p, policy.Current.RulesOf(p.Stage, p.Cluster), new PersonRejected(now, person, comment), caller.Actor, ct);
        return new PromotionOutcome.Done(p.Id);
    }
}
