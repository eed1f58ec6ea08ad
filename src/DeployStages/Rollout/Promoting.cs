using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>A person asks for a release in a stage, or for the one before. The caller holds the transaction.</summary>
public sealed class Promoting(
    StageStores stores, Gates gates, Offers offers, Transitions transitions, Progress progress, JobsAndJournal outbox)
{
    public async Task<PromotionOutcome> PromoteAsync(
        Release release, StagePolicy stage, string? planDigest, Actor actor, CancellationToken ct)
    {
        var slot = await stores.Slots.LockAsync(stage.Name, release.RepositoryId, ct);
        if (release.HeldReason is { } held)
            return new PromotionOutcome.Conflict(
                "release-held", $"Release {release.Number} is held: {held}", "Lift the hold first, or promote another release.");
        if (slot.Current == release.Digest && await stores.Promotions.RunningAsync(stage.Name, release.RepositoryId, ct) is null)
            return new PromotionOutcome.Conflict(
                "already-promoted", $"{stage.Name} already runs release {release.Number}.", "There is nothing to do.");
        if (planDigest is not null
            && (await gates.LookAsync(stage, release.Digest, release.RepositoryId, null, ct)).Plan.Digest != planDigest)
            return ApprovalDesk.PlanChanged($"release {release.Number} into {stage.Name}");
        var offered = await offers.OfferToAsync(release, stage, automatic: false, actor, ct);
        if (offered.Promotions.Count == 0)
        {
            return new PromotionOutcome.Conflict(
                "already-promoted", $"Release {release.Number} already waits for {stage.Name} or is moving into it.",
                "Look at its promotion instead.");
        }

        await outbox.SendAsync(offered.Entries, offered.Promotions, ct);
        return new PromotionOutcome.Done(offered.Promotions[0]);
    }

    public async Task<PromotionOutcome> RollbackAsync(Promotion p, string? comment, Actor actor, DateTimeOffset now, CancellationToken ct)
    {
        var target = p.Target;
        var from = p;
        if (p.Phase is PromotionPhase.Succeeded or PromotionPhase.Failed)
        {
            var slot = await stores.Slots.FindAsync(p.Stage, p.Repository, ct);
            if (slot?.Current != p.Release || await stores.Promotions.RunningAsync(p.Stage, p.Repository, ct) is not null)
                return Cannot(
                    $"{p.Stage} no longer runs what promotion {p.Number} brought.",
                    "Roll back the promotion that the stage runs now.");
            target = (await gates.TargetAsync(p.Stage, p.Repository, p.Release, null, ct))?.Digest;
            if (target is null)
                return NothingBefore(p);
            // Promotions that came and went since have used up generations.
            from = p with { Generation = slot.Generation };
        }

        if (p.Phase == PromotionPhase.Baking && target is null)
            return NothingBefore(p);
        var after = await transitions.ApplyAsync(
            from, progress.PolicyOf(p), new RollbackAsked(now, actor.Name, comment, target), actor, ct);
        return after == from
            ? Cannot($"Promotion {p.Number} is {p.Phase.ToString().ToLowerInvariant()}.", "Only what moves or runs can be rolled back.")
            : new PromotionOutcome.Done(p.Id);
    }

    private static PromotionOutcome.Conflict NothingBefore(Promotion p) =>
        Cannot($"No other release ever succeeded in {p.Stage}.", "Promote another release instead.");

    private static PromotionOutcome.Conflict Cannot(string sentence, string hint) => new("nothing-to-roll-back", sentence, hint);
}
