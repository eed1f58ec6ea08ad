using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout.Deploys;

namespace Pipeline.DeployStages.Rollout;

/// <summary>A promotion that moves its slot: checks its deploys and applies what happened to them. Joins the ambient transaction.</summary>
internal sealed class RunningStep(
    PolicyInForce policy, DeployWatch watch, PromotionStore promotions, Transitions transitions, PromotionOutbox outbox)
{
    /// <summary>Applies what the deploys came to, or sets the time of the next check.</summary>
    public async Task CheckDeploysAsync(Promotion p, DateTimeOffset now, CancellationToken ct)
    {
        var stage = policy.Current.RulesOf(p.Stage, p.Cluster);
        var baking = p.Phase == PromotionPhase.Baking;
        var deploys = baking ? await watch.CheckBakeAsync(p, ct) : await watch.CheckAsync(p, ct);
        if (RolloutPlanner.EventOf(p, stage, deploys, now) is { } happened)
            await EndBakeAsync(await transitions.ApplyAsync(p, stage, happened, StageActor.System, ct), happened, ct);
        else
            await promotions.SaveAsync(
                p with { NextWake = baking ? PromotionMachine.WakeInBake(now, p.BakeUntil ?? now) : now + PromotionMachine.Watch }, ct);
    }

    // Without a bake the next step follows at once instead of with the next sweep.
    private Task EndBakeAsync(Promotion p, PromotionEvent happened, CancellationToken ct) =>
        happened is DeploysBecameHealthy && p.Phase == PromotionPhase.Baking && p.BakeUntil <= p.HealthyAt
            ? outbox.SendAsync([], [p.Id], ct)
            : Task.CompletedTask;
}
