using Microsoft.Extensions.Logging;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout;

/// <summary>
/// Applies an event to a promotion: row, effects, jobs, and the journal last. The caller holds the slot's lock and the transaction.
/// </summary>
internal sealed class Transitions(
    PromotionStore promotions, EffectRunner effects, PromotionOutbox outbox, ILogger<Transitions> log)
{
    /// <returns>The promotion afterwards; unchanged when the event means nothing in its phase.</returns>
    public async Task<Promotion> ApplyAsync(Promotion p, StagePolicy policy, PromotionEvent e, Actor actor, CancellationToken ct)
    {
        var transition = PromotionMachine.Apply(p, policy, e);
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
}
