using Pipeline.DeployStages.Core.Gates;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>A promotion's plan and its open and closed gates at one moment.</summary>
internal sealed record GateEvaluation(PromotionPlan Plan, GateVerdict Verdict);

/// <summary>Gathers the facts that <see cref="GatePlanner"/> decides on. Joins the ambient transaction.</summary>
internal sealed class GateEvaluator(
    PlanReader plans, ReleaseChecks checks, PreviousStage before, PromotionStore promotions, DecisionStore decisions, TimeProvider time)
{
    /// <param name="id">The promotion itself, null for a dry run.</param>
    public async Task<GateEvaluation> EvaluateAsync(
        StagePolicy stage, Digest release, RepositoryId repository, PromotionId? id, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var to = await plans.ReleaseAsync(release, ct);
        var plan = await plans.ReadAsync(stage, to, ct);
        var facts = new GateFacts(
            stage,
            to.HeldReason,
            await checks.SignatureProblemAsync(to, now, ct),
            await checks.BranchProblemAsync(stage, to, ct),
            await before.ReadAsync(stage, release, repository, now, ct),
            InSlot(await promotions.RunningAsync(stage.Name, repository, ct), id),
            await ApprovalsAsync(id, ct),
            plan.Digest);
        return new GateEvaluation(plan, GatePlanner.Plan(facts, now));
    }

    private static PromotionInSlot? InSlot(Promotion? running, PromotionId? id) =>
        running is null || running.Id == id ? null : new PromotionInSlot(running.Number, running.ReleaseNumber, running.Phase);

    private async Task<IReadOnlyList<Approval>> ApprovalsAsync(PromotionId? id, CancellationToken ct) => id is { } known
        ? [.. (await decisions.OfAsync([known], ct)).Where(d => d.Kind == DecisionKind.Approve).Select(d => d.ToApproval())]
        : [];
}
