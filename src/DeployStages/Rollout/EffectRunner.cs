using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout.Deploys;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>Carries out the effects of a transition. Joins the ambient transaction.</summary>
internal sealed class EffectRunner(
    SlotStore slots, Rollouts rollouts, DeployableRegistry registry, ReleaseOffers offers, ReleaseQueries releases, RouteClaims routes)
{
    /// <param name="p">The promotion after the transition.</param>
    /// <returns>What an offer to the next stages came to; null for every other effect.</returns>
    public async Task<OfferResult?> RunAsync(PromotionEffect effect, Promotion p, StagePolicy policy, Actor actor, CancellationToken ct)
    {
        if (effect is OfferOnward onward)
        {
            var release = await releases.FindAsync(onward.Release, ct);
            Invariant.Require(release is not null);
            return await offers.OfferToFollowingAsync(release, p.Stage, StageActor.System, ct);
        }

        await (effect switch
        {
            SubmitDeploys submit => rollouts.SubmitAsync(p, policy, submit.Release, rollback: false, actor, ct),
            RestoreRelease restore => RestoreAsync(p, policy, restore.Release, actor, ct),
            StartSoakClock clock => RecordHealthyAsync(p, clock.At, ct),
            MarkStable stable => MarkStableAsync(p, stable.Release, actor, ct),
            CancelDeploys => rollouts.CancelAsync(p, actor, ct),
            RemoveAdded => registry.RemoveAddedAsync(p, actor, ct),
            KeepRelease keep => slots.KeepAsync(p.Stage, p.Repository, keep.Release, ct),
            ReleaseSlot => slots.ReturnToStableAsync(p.Stage, p.Repository, ct),
            _ => throw new InvariantViolatedException($"No way to carry out {effect.GetType().Name}"),
        });
        return null;
    }

    private async Task RestoreAsync(Promotion p, StagePolicy policy, Digest digest, Actor actor, CancellationToken ct)
    {
        var release = await releases.FindAsync(digest, ct);
        Invariant.Require(release is not null);
        await routes.ReclaimAsync(release, p.Stage, actor, ct);
        await rollouts.SubmitAsync(p, policy, digest, rollback: true, actor, ct);
    }

    private async Task RecordHealthyAsync(Promotion p, DateTimeOffset at, CancellationToken ct)
    {
        await slots.SetHealthySinceAsync(p.Stage, p.Repository, at, ct);
        await registry.RecordAsync(p, p.Phase == PromotionPhase.RolledBack ? p.Target!.Value : p.Release, ct);
    }

    private async Task MarkStableAsync(Promotion p, Digest release, Actor actor, CancellationToken ct)
    {
        await slots.MarkStableAsync(p.Stage, p.Repository, release, ct);
        await registry.RemoveMissingAsync(p, actor, ct);
    }
}
