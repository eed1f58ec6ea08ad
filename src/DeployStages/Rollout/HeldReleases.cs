using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>A person holds a release: what starts its tasks stops, and what waits says so. What runs already goes on.</summary>
internal sealed class HeldReleases(
    ReleaseQueries releases, PromotionStore promotions, SlotLock slots, PolicyInForce policy, Transitions transitions,
    PromotionProgress progress)
{
    /// <summary>Nothing happens when the hold was lifted meanwhile.</summary>
    public async Task StopAsync(Digest release, DateTimeOffset now, CancellationToken ct)
    {
        if (await releases.FindAsync(release, ct) is not { HeldReason: { } reason })
            return;
        foreach (var promotion in await promotions.StartingAsync(release, ct))
        {
            if (promotion.Phase == PromotionPhase.Waiting)
                await progress.AdvanceAsync(promotion.Id, now, ct);
            else
                await ApplyAsync(promotion.Id, new ReleaseHeld(now, release, reason), ct);
        }
    }

    private Task ApplyAsync(PromotionId id, ReleaseHeld held, CancellationToken ct) => slots.WithPromotionAsync(
        id, (p, _, token) => transitions.ApplyAsync(p, policy.Current.RulesOf(p.Stage, p.Cluster), held, StageActor.System, token), ct);
}
