using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>Returns a stage to its previous release at somebody's request. The caller holds the slot's lock and the transaction.</summary>
internal sealed class Rollbacks(RollbackTargets targets, PolicyInForce policy, Transitions transitions)
{
    /// <summary>Why the promotion cannot be rolled back; null when it can.</summary>
    /// <param name="running">The promotion that moves the slot now.</param>
    public async Task<PromotionOutcome.Conflict?> WhyNotAsync(Promotion p, Slot? slot, Promotion? running, CancellationToken ct) =>
        (await CheckAsync(p, slot, running, ct)).Refusal;

    /// <param name="locked">The slot of the promotion.</param>
    public async Task<PromotionOutcome> RollBackAsync(
        Promotion p, LockedSlot locked, string? comment, Actor actor, DateTimeOffset now, CancellationToken ct)
    {
        var check = await CheckAsync(p, locked.Slot, locked.Running, ct);
        if (check.Refusal is { } refusal)
            return refusal;
        // Promotions that came and went since this one ended have used up generations.
        var newest = p.IsRunning ? p : p with { Generation = locked.Slot.Generation };
        var requested = new RollbackRequested(now, actor.Name, comment, check.Target);
        var after = await transitions.ApplyAsync(newest, policy.Current.RulesOf(p.Stage, p.Cluster), requested, actor, ct);
        return after == newest ? NotMoving(p) : new PromotionOutcome.Done(p.Id);
    }

    private async Task<Check> CheckAsync(Promotion p, Slot? slot, Promotion? running, CancellationToken ct)
    {
        if (p is { Phase: PromotionPhase.Baking, Target: null })
            return new Check(null, NothingBefore(p));
        if (p.Phase is PromotionPhase.Deploying or PromotionPhase.Baking)
            return new Check(p.Target, null);
        if (p.Phase is not (PromotionPhase.Succeeded or PromotionPhase.Failed))
            return new Check(null, NotMoving(p));
        if (slot?.Current != p.Release || running is not null)
            return new Check(null, Refused(
                $"{p.Stage} no longer runs the release of promotion {p.Number}.", "Roll back the promotion that the stage runs now."));
        var target = await targets.FindAsync(p.Stage, p.Repository, p.Release, null, ct);
        return target is null ? new Check(null, NothingBefore(p)) : new Check(target.Digest, null);
    }

    private static PromotionOutcome.Conflict NotMoving(Promotion p) =>
        Refused($"Promotion {p.Number} is {p.Phase.ToWords()}.", "Only a promotion that is moving or running can be rolled back.");

    private static PromotionOutcome.Conflict NothingBefore(Promotion p) =>
        Refused($"No other release ever succeeded in {p.Stage}.", "Promote another release instead.");

    private static PromotionOutcome.Conflict Refused(string sentence, string hint) => new("nothing-to-roll-back", sentence, hint);

    /// <summary>What the stage would return to, or why it cannot.</summary>
    private sealed record Check(Digest? Target, PromotionOutcome.Conflict? Refusal);
}
