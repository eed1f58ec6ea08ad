using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout.Decisions;

/// <summary>
/// Records approvals. An approval belongs to a promotion and the digest of its plan, and is never a running step: nothing is locked
/// while people think, and a plan that changed voids it. The caller holds the slot's lock and the transaction.
/// </summary>
internal sealed class Approvals(
    ApprovalEligibility eligibility, DecisionStore decisions, AttestationCommands attestations, PromotionOutbox outbox)
{
    /// <param name="planDigest">The plan that the caller read; null approves the plan as it is now.</param>
    public async Task<PromotionOutcome> ApproveAsync(
        Promotion p, string? planDigest, string? comment, Caller caller, DateTimeOffset now, CancellationToken ct)
    {
        var may = await eligibility.CheckAsync(p, caller, ct);
        if (may.Plan is { } read && planDigest is not null && planDigest != read.Digest)
            return PlanReader.Changed($"promotion {p.Number}");
        if (may.Refusal is { } refusal)
            return refusal;
        var plan = may.Plan;
        Invariant.Require(plan is not null);
        var person = caller.Actor.Name;
        if ((await decisions.OfAsync([p.Id], ct)).Any(
            d => d is { Kind: DecisionKind.Approve, Refused: null } && d.Person == person && d.PlanDigest == plan.Digest))
            return AlreadyApproved(person);
        var envelope = await attestations.SignApprovalAsync(
            caller, new NewApprovalStatement(plan.Digest, p.Stage, p.Release, p.Id, person, may.Groups, now), ct);
        var approval = new Decision(
            Guid.CreateVersion7(now), p.Id, DecisionKind.Approve, person, may.Groups, plan.Digest, comment, envelope, now);
        if (!await decisions.InsertAsync(approval, ct))
            return AlreadyApproved(person);
        await outbox.SendAsync(
            [new NewJournalEntry(new PromotionApproved(p.Id, p.Stage, person, comment), caller.Actor, p.Subject)], [p.Id], ct);
        return new PromotionOutcome.Done(p.Id);
    }

    private static PromotionOutcome.Conflict AlreadyApproved(string person) => new(
        "already-approved", $"{person} has already approved this plan.", "Another member of the group must approve.");
}
