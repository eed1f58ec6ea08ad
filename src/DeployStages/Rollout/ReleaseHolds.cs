using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>A digest or signature of a release did not match: it is held everywhere, and stages that it moves into roll back.</summary>
internal sealed class ReleaseHolds(
    ReleaseCommands releases, PromotionStore promotions, SlotLock slots, PolicyInForce policy, Transitions transitions,
    PromotionProgress progress)
{
    /// <returns>False when there is no such release.</returns>
    public async Task<bool> HoldAsync(Digest release, SecurityAlarmed alarm, CancellationToken ct)
    {
        if (!await releases.HoldAsync(StageActor.Caller, release, $"{alarm.Code}: {alarm.Detail}", ct))
            return false;
        foreach (var promotion in await promotions.OfReleaseAsync(release, ct))
        {
            if (promotion.IsRunning)
                await StopAsync(promotion.Id, alarm, ct);
            else if (promotion.Phase == PromotionPhase.Waiting)
                await progress.AdvanceAsync(promotion.Id, alarm.At, ct);
        }

        return true;
    }

    private Task StopAsync(PromotionId id, SecurityAlarmed alarm, CancellationToken ct) => slots.WithPromotionAsync(
        id, (p, _, token) => transitions.ApplyAsync(p, policy.Current.RulesOf(p.Stage, p.Cluster), alarm, StageActor.System, token), ct);
}
