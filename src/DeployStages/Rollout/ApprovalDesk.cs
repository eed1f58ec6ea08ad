using System.Security.Claims;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout;

/// <summary>
/// Takes decisions of people. An approval is a state on (promotion, plan digest), never a running step: nothing is locked while people
/// think, and a plan that changed voids it. The caller holds the slot's lock and the transaction.
/// </summary>
public sealed class ApprovalDesk(
    StageStores stores, Gates gates, Contributors contributors, AttestationCommands signer, Transitions transitions, PolicyAndOutbox shell)
{
    public async Task<PromotionOutcome> ApproveAsync(
        Promotion p, string? planDigest, string? comment, ClaimsPrincipal caller, DateTimeOffset now, CancellationToken ct)
    {
        if (p.Phase != PromotionPhase.Waiting)
            return Decided(p);
        var stage = shell.Policy.Current.Find(p.Stage);
        if (stage?.Gates.Approval is not { } rules)
            return new PromotionOutcome.Conflict("already-decided", $"{p.Stage} asks nobody to approve.", "There is nothing to do.");
        var plan = (await gates.LookAsync(stage, p.Release, p.Repository, p.Id, ct)).Plan;
        if (planDigest is not null && planDigest != plan.Digest)
            return PlanChanged($"promotion {p.Number}");
        var people = await contributors.OfAsync(p.Repository, plan.From?.Commit, p.Commit, ct);
        if (people.Count == 0 && (rules.ExcludeAuthor || rules.ExcludePusher))
            return new PromotionOutcome.Refused(
                "approver-excluded", "Nobody knows who made the commits that go in.", "Fetch the repository again, then approve.");
        var approver = ApproverOf(caller);
        var (groups, refused) = ApproverRules.Check(rules, approver, people);
        if (refused is not null)
            return refused;
        if ((await stores.Decisions.OfAsync([p.Id], ct)).Any(
            d => d.Kind == DecisionKind.Approve && d.Person == approver.Name && d.PlanDigest == plan.Digest))
            return Approved(approver.Name);
        var envelope = await signer.SignApprovalAsync(
            Caller.Of(caller), new NewApprovalStatement(plan.Digest, p.Stage, p.Release, p.Id, approver.Name, groups, now), ct);
        var approval = new Decision(
            Guid.CreateVersion7(now), p.Id, DecisionKind.Approve, approver.Name, groups, plan.Digest, comment, envelope, now);
        if (!await stores.Decisions.InsertAsync(approval, ct))
            return Approved(approver.Name);
        await shell.Outbox.SendAsync(
            [new NewJournalEntry(new PromotionApproved(p.Id, p.Stage, approver.Name, comment), Actor.Of(caller), p.Subject)], [p.Id], ct);
        return new PromotionOutcome.Done(p.Id);
    }

    public async Task<PromotionOutcome> RejectAsync(
        Promotion p, string? comment, ClaimsPrincipal caller, DateTimeOffset now, CancellationToken ct)
    {
        if (p.Phase != PromotionPhase.Waiting)
            return Decided(p);
        var actor = Actor.Of(caller);
        if (actor.Kind != ActorKind.Person)
            return new PromotionOutcome.Refused(
                "token-cannot-approve", $"{actor.Name} is a token: only persons decide.", "Sign in as a person.");
        var stage = shell.Policy.Current.Find(p.Stage);
        await stores.Decisions.InsertAsync(
            new Decision(Guid.CreateVersion7(now), p.Id, DecisionKind.Reject, actor.Name, [], p.PlanDigest ?? "", comment, null, now), ct);
        if (stage is null)
            return new PromotionOutcome.Unknown($"The stage {p.Stage} is no longer in the policy.");
        await transitions.ApplyAsync(p, stage, new PersonRejected(now, actor.Name, comment), actor, ct);
        return new PromotionOutcome.Done(p.Id);
    }

    internal static PromotionOutcome.Conflict PlanChanged(string what) => new(
        "plan-changed", $"The plan of {what} has changed since you read it.", "Read the plan again and decide on its new digest.");

    private static PromotionOutcome.Conflict Approved(string person) => new(
        "already-approved", $"{person} has approved this plan before.", "Another member of the group must approve.");

    private static PromotionOutcome.Conflict Decided(Promotion p) => new(
        "already-decided", $"Promotion {p.Number} no longer waits: it is {p.Phase.ToString().ToLowerInvariant()}.",
        "There is nothing left to decide.");

    private static Approver ApproverOf(ClaimsPrincipal caller)
    {
        var actor = Actor.Of(caller);
        return new Approver(
            actor.Kind, actor.Name, [.. caller.FindAll(CallerClaims.Group).Select(c => c.Value)],
            [.. caller.FindAll(CallerClaims.Email).Select(c => c.Value)]);
    }
}

/// <summary>The rules in force and the way out, which every decision needs.</summary>
public sealed record PolicyAndOutbox(PolicyInForce Policy, JobsAndJournal Outbox);
