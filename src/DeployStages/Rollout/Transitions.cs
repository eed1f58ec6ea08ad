using Microsoft.Extensions.Logging;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout;

/// <summary>
/// Applies an event to a promotion: row, effects, jobs, and the journal last. The caller holds the slot's lock and the transaction.
/// </summary>
internal sealed class Transitions(
    PromotionStore promotions, RollbackTargets targets, EffectRunner effects, PromotionOutbox outbox, ILogger<Transitions> log)
{
    /// <returns>The promotion afterwards; unchanged when the event means nothing in its phase.</returns>
    public async Task<Promotion> ApplyAsync(Promotion p, StagePolicy policy, PromotionEvent e, Actor actor, CancellationToken ct)
    {
        var transition = await DecideAsync(p, policy, e, ct);
        if (!transition.Applied)
        {
            Log.EventIgnored(log, p.Id, p.Phase, e.Name);
            return p;
        }

        var after = transition.Promotion;
        await promotions.SaveAsync(after, ct);
        var onward = OfferResult.Nothing;
        foreach (var effect in transition.Effects)
            onward = await effects.RunAsync(effect, after, policy, actor, ct) ?? onward;
        Log.PromotionMoved(log, p.Id, p.Release, p.Stage, p.Phase, after.Phase, after.Reason);
        var rejected = e as PersonRejected;
        var moved = new NewJournalEntry(PromotionJournal.Of(after, rejected?.Person, rejected?.Comment), actor, p.Subject);
        await outbox.SendAsync([moved, .. onward.Entries], onward.Promotions, ct);
        return after with { Version = after.Version + 1 };
    }

    // The gates chose the release to return to when they opened: somebody may hold it since.
    private async Task<Transition> DecideAsync(Promotion p, StagePolicy policy, PromotionEvent e, CancellationToken ct)
    {
        var first = PromotionMachine.Apply(p, policy, e);
        if (first.Effects.OfType<RestoreRelease>().FirstOrDefault() is not { } restore)
            return first;
        var target = await targets.SecureAsync(p, restore.Release, ct);
        return target == restore.Release ? first : PromotionMachine.Apply(
            p with { Target = target }, policy, e is RollbackRequested requested ? requested with { Target = target } : e);
    }
}
