using Hangfire;
using Microsoft.Extensions.Logging;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Jobs;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout;

/// <summary>
/// Carries one transition out: effects, row, jobs, and the journal last. The caller holds the slot's lock and the transaction.
/// </summary>
public sealed class Transitions(
    StageStores stores, Rollouts rollouts, Offers offers, ReleaseQueries releases, JobsAndJournal outbox, ILogger<Transitions> log)
{
    /// <returns>The promotion after it; the same when the event means nothing in its phase.</returns>
    public async Task<Promotion> ApplyAsync(Promotion p, StagePolicy policy, PromotionEvent e, Actor actor, CancellationToken ct)
    {
        var transition = PromotionMachine.Apply(p, policy, e);
        if (!transition.Applied)
        {
            Log.EventIgnored(log, p.Id, p.Phase, e.Name);
            return p;
        }

        var after = transition.Promotion;
        await stores.Promotions.SaveAsync(after, ct);
        var onward = Offered.Nothing;
        foreach (var effect in transition.Effects)
            onward = await CarryOutAsync(effect, after, policy, actor, ct) ?? onward;
        Log.PromotionMoved(log, p.Id, p.Release, p.Stage, p.Phase, after.Phase, after.Reason);
        var rejected = e as PersonRejected;
        var moved = new NewJournalEntry(PromotionJournal.Of(after, rejected?.Person, rejected?.Comment), actor, p.Subject);
        await outbox.SendAsync([moved, .. onward.Entries], onward.Promotions, ct);
        return after with { Version = after.Version + 1 };
    }

    private async Task<Offered?> CarryOutAsync(PromotionEffect effect, Promotion p, StagePolicy policy, Actor actor, CancellationToken ct)
    {
        switch (effect)
        {
            case SubmitDeploys submit:
                await rollouts.SubmitAsync(p, policy, submit.Release, rollback: false, actor, ct);
                return null;
            case RestoreRelease restore:
                await rollouts.SubmitAsync(p, policy, restore.Release, rollback: true, actor, ct);
                return null;
            case StartSoakClock clock:
                await stores.Slots.SetHealthySinceAsync(p.Stage, p.Repository, clock.At, ct);
                await rollouts.RecordAsync(p, p.Phase == PromotionPhase.RolledBack ? p.Target!.Value : p.Release, ct);
                return null;
            case MarkStable stable:
                await stores.Slots.MarkStableAsync(p.Stage, p.Repository, stable.Release, ct);
                await rollouts.RemoveMissingAsync(p, actor, ct);
                return null;
            case CancelDeploys:
                await rollouts.CancelAsync(p, actor, ct);
                return null;
            case KeepRelease keep:
                await stores.Slots.KeepAsync(p.Stage, p.Repository, keep.Release, ct);
                return null;
            case ReleaseSlot:
                await stores.Slots.ReturnToStableAsync(p.Stage, p.Repository, ct);
                return null;
            case OfferOnward onward:
                var release = await releases.FindAsync(onward.Release, ct);
                Invariant.Require(release is not null);
                return await offers.OfferAsync(release, p.Stage, Actor.System("stages"), ct);
            default:
                throw new InvariantViolatedException($"No way to carry out {effect.GetType().Name}");
        }
    }
}

/// <summary>Jobs first, the journal last: the order that a transaction of ours needs.</summary>
public sealed class JobsAndJournal(IBackgroundJobClient jobs, Journal journal)
{
    public Task SendAsync(IReadOnlyList<NewJournalEntry> entries, IReadOnlyList<PromotionId> advance, CancellationToken ct)
    {
        foreach (var id in advance)
            jobs.Enqueue<AdvancePromotionJob>(j => j.ExecuteAsync(id.Value, CancellationToken.None));
        return journal.AppendAsync(entries, ct);
    }
}
