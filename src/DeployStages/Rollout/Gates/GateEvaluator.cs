using Pipeline.Attestation;
using Pipeline.DeployStages.Core.Gates;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>A promotion's plan and its open and closed gates at one moment.</summary>
/// <param name="Alarms">What rows claim and no signature proves: never open with one.</param>
internal sealed record GateEvaluation(PromotionPlan Plan, GateVerdict Verdict, IReadOnlyList<GateAlarm> Alarms);

/// <summary>Gathers the facts that <see cref="GatePlanner"/> decides on. Joins the ambient transaction.</summary>
internal sealed class GateEvaluator(
    PlanReader plans, ReleaseChecks checks, PreviousStage before, PromotionStore promotions, VerifiedApprovals approvals, TimeProvider time)
{
    /// <param name="id">The promotion itself, null for a dry run.</param>
    public async Task<GateEvaluation> EvaluateAsync(
        StagePolicy stage, Digest release, RepositoryId repository, PromotionId? id, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var to = await plans.ReleaseAsync(release, ct);
        var plan = await plans.ReadAsync(stage, to, ct);
        var alarms = new List<GateAlarm>();
        var removed = await checks.RemovedHoldAsync(to, now, ct);
        if (removed is not null)
            alarms.Add(new GateAlarm(null, VerificationCode.HoldRemoved, removed));
        var approved = id is { } known ? await approvals.OfAsync(known, stage.Name, release, now, ct) : new ApprovalsFound([], []);
        alarms.AddRange(approved.Alarms);
        var facts = new GateFacts(
            stage,
            to.HeldReason ?? removed,
            await checks.SignatureProblemAsync(to, now, ct),
            await checks.BranchProblemAsync(stage, to, ct),
            await before.ReadAsync(stage, release, repository, now, ct),
            InSlot(await promotions.RunningAsync(stage.Name, repository, ct), id),
            approved.Signed,
            plan.Digest)
        {
            Alarms = [.. approved.Alarms.Select(a => a.Detail)],
            RouteProblems = await checks.RouteProblemsAsync(stage, to, ct),
        };
        return new GateEvaluation(plan, GatePlanner.Plan(facts, now), alarms);
    }

    /// <summary>Takes what a promotion needs whose gates are open: its release, which nobody holds until the transaction ends, and its
    /// routes.</summary>
    /// <returns>The evaluation; when another was quicker, a new one, which says who.</returns>
    public async Task<GateEvaluation> TakeAsync(StagePolicy stage, Promotion p, GateEvaluation open, CancellationToken ct)
    {
        var release = await plans.LockAsync(p.Release, ct);
        return release.HeldReason is null && await checks.RemovedHoldAsync(release, time.GetUtcNow(), ct) is null
            && await checks.ClaimRoutesAsync(stage, release, ct)
            ? open
            : await EvaluateAsync(stage, p.Release, p.Repository, p.Id, ct);
    }

    private static PromotionInSlot? InSlot(Promotion? running, PromotionId? id) =>
        running is null || running.Id == id ? null : new PromotionInSlot(running.Number, running.ReleaseNumber, running.Phase);
}
