using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Gates;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Rollout;

/// <summary>A promotion that waits: checks its gates, and starts it or records why it has to wait. Joins the ambient transaction.</summary>
internal sealed class WaitingStep(
    PolicyInForce policy, GateEvaluator gates, PromotionStore promotions, Transitions transitions, GateAlarms alarms,
    PromotionOutbox outbox)
{
    // Events wake what waits for a person or another promotion; this covers an event that was lost, and a row that was edited.
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);

    /// <param name="slot">Of the promotion, locked.</param>
    public async Task CheckGatesAsync(Promotion p, Slot slot, DateTimeOffset now, CancellationToken ct)
    {
        if (policy.Current.Find(p.Stage) is not { } stage)
        {
            await WaitAsync(p, RemovedStage(p.Stage), null, [], now, ct);
            return;
        }

        var evaluation = await gates.EvaluateAsync(stage, p.Release, p.Repository, p.Id, ct);
        if (evaluation.Verdict.Open)
            evaluation = await gates.TakeAsync(stage, p, evaluation, ct);
        if (!evaluation.Verdict.Open)
            await WaitAsync(p, evaluation.Verdict, evaluation.Plan.Digest, evaluation.Alarms, now, ct);
        else
            await transitions.ApplyAsync(
                p with { PlanDigest = evaluation.Plan.Digest, Cluster = stage.Cluster }, stage,
                new GatesOpened(now, slot.Generation + 1, evaluation.Plan.RollbackTarget?.Digest), StageActor.System, ct);
    }

    private static GateVerdict RemovedStage(string stage) =>
        new([new Blocker("policy", $"The stage {stage} is no longer in the policy.", null, "stages.yaml")], null);

    // The journal gets an entry only when the sentences have changed: a check every second writes nothing.
    private async Task WaitAsync(
        Promotion p, GateVerdict verdict, string? plan, IReadOnlyList<GateAlarm> raised, DateTimeOffset now, CancellationToken ct)
    {
        var after = p with { Blockers = verdict.Blockers, PlanDigest = plan, NextWake = NextWake(verdict, now) };
        await promotions.SaveAsync(after, ct);
        var entries = new List<NewJournalEntry>(await alarms.RaiseAsync(p, raised, ct));
        if (!p.Blockers.Select(b => b.Sentence).SequenceEqual(verdict.Blockers.Select(b => b.Sentence)))
            entries.Add(new NewJournalEntry(PromotionJournal.Of(after), StageActor.System, p.Subject));
        if (entries.Count > 0)
            await outbox.SendAsync(entries, [], ct);
    }

    private static DateTimeOffset NextWake(GateVerdict verdict, DateTimeOffset now) =>
        verdict.NextLook is { } look && look < now + Reminder ? look : now + Reminder;
}
