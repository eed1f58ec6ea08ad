using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout.Deploys;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>Starts a promotion at somebody's request. All gates of the stage still hold.</summary>
internal sealed class PromotionStarter(
    PolicyInForce policy, SlotLock slots, SlotHealth health, PlanReader plans, ReleaseOffers offers, PromotionOutbox outbox)
{
    /// <param name="planDigest">The plan that the caller read; null accepts any.</param>
    public async Task<PromotionOutcome> PromoteAsync(Digest release, string stage, string? planDigest, Actor actor, CancellationToken ct)
    {
        if (policy.Current.Find(stage) is not { } known)
            return new PromotionOutcome.Unknown(
                $"There is no stage '{stage}'. The stages are {string.Join(", ", policy.Current.Stages.Select(s => s.Name))}.");
        if (await plans.FindReleaseAsync(release, ct) is not { } found)
            return new PromotionOutcome.Unknown($"There is no release {release}.");
        return await slots.WithSlotAsync(
            known.Name, found.RepositoryId, (locked, token) => StartAsync(release, known, locked, planDigest, actor, token), ct);
    }

    private async Task<PromotionOutcome> StartAsync(
        Digest digest, StagePolicy stage, LockedSlot locked, string? planDigest, Actor actor, CancellationToken ct)
    {
        var release = await plans.ReleaseAsync(digest, ct);
        if (release.HeldReason is { } held)
            return new PromotionOutcome.Conflict(
                "release-held", $"Release {release.Number} is held: {held}", "Release the hold first, or promote another release.");
        // A release that the stage should run and does not, because a security event stopped it for example, may start again.
        if (locked.Slot.Current == release.Digest && locked.Running is null
            && await health.IsHealthyAsync(stage.Name, release.RepositoryId, ct))
            return new PromotionOutcome.Conflict(
                "already-promoted", $"{stage.Name} already runs release {release.Number}.", "There is nothing to do.");
        if (planDigest is not null && (await plans.ReadAsync(stage, release, ct)).Digest != planDigest)
            return PlanReader.Changed($"release {release.Number} into {stage.Name}");
        var offered = await offers.OfferToAsync(release, stage, automatic: false, actor, ct);
        if (offered.Promotions is not [var promotion])
            return new PromotionOutcome.Conflict(
                "already-promoted", $"Release {release.Number} is already waiting for {stage.Name} or moving into it.",
                "See its promotion.");
        await outbox.SendAsync(offered.Entries, offered.Promotions, ct);
        return new PromotionOutcome.Done(promotion);
    }
}
