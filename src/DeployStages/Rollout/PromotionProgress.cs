using Pipeline.DeployStages.Contract.Views;
using Pipeline.DeployStages.Core.Gates;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout.Deploys;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.DeployStages.Rollout;

/// <summary>Moves one promotion as far as it can go now: looks, decides, applies. Twice changes nothing.</summary>
public sealed class PromotionProgress(
    StageStores stores, PolicyInForce policy, GateEvaluator gates, DeployWatch watch, Transitions transitions, JobsAndJournal outbox)
{
    private static readonly Actor System = Actor.System("stages");

    // Events wake what waits for a person or another promotion; this is the net under them.
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);

    public async Task AdvanceAsync(PromotionId id, DateTimeOffset now, CancellationToken ct)
    {
        if (await stores.Promotions.FindAsync(id, ct) is not { } known)
            return;
        await Transactions.InTransactionAsync(
            async token =>
            {
                var slot = await stores.Slots.LockAsync(known.Stage, known.Repository, token);
                var p = await stores.Promotions.FindAsync(id, token);
                Invariant.Require(p is not null);
                if (p.Phase == PromotionPhase.Waiting)
                    await WaitOrStartAsync(p, slot, now, token);
                else if (p.IsRunning)
                    await WatchAsync(p, now, token);
            },
            ct);
    }

    /// <summary>The rules of the promotion's stage; a stage that was taken out of the policy keeps its running promotion safe.</summary>
    public StagePolicy PolicyOf(Promotion p) => policy.Current.Find(p.Stage) ?? new StagePolicy(
        p.Stage, p.Cluster, PromoteMode.Manual, null, new GatePolicy(TimeSpan.Zero, null), TimeSpan.Zero, OnFailure.Rollback,
        TimeSpan.FromMinutes(10), 0);

    private async Task WaitOrStartAsync(Promotion p, Slot slot, DateTimeOffset now, CancellationToken ct)
    {
        if (policy.Current.Find(p.Stage) is not { } stage)
        {
            await WaitAsync(
                p,
                new GateVerdict([new Blocker("policy", $"The stage {p.Stage} is no longer in the policy.", null, "stages.yaml")], null),
                null, now, ct);
            return;
        }

        var view = await gates.LookAsync(stage, p.Release, p.Repository, p.Id, ct);
        if (!view.Verdict.Open)
            await WaitAsync(p, view.Verdict, view.Plan.Digest, now, ct);
        else
            await transitions.ApplyAsync(
                p with { PlanDigest = view.Plan.Digest, Cluster = stage.Cluster }, stage,
                new GatesOpened(now, slot.Generation + 1, view.Target), System, ct);
    }

    // The journal hears of it only when the sentences changed, so that a look every second is silent.
    private async Task WaitAsync(Promotion p, GateVerdict verdict, string? plan, DateTimeOffset now, CancellationToken ct)
    {
        var after = p with { Blockers = verdict.Blockers, PlanDigest = plan, NextWake = verdict.NextLook ?? now + Reminder };
        await stores.Promotions.SaveAsync(after, ct);
        if (!p.Blockers.Select(b => b.Sentence).SequenceEqual(verdict.Blockers.Select(b => b.Sentence)))
            await outbox.SendAsync([new NewJournalEntry(PromotionJournal.Of(after), System, p.Subject)], [], ct);
    }

    private async Task WatchAsync(Promotion p, DateTimeOffset now, CancellationToken ct)
    {
        var stage = PolicyOf(p);
        var baking = p.Phase == PromotionPhase.Baking;
        var state = baking ? await watch.LookInBakeAsync(p, ct) : await watch.LookAsync(p, ct);
        if (state.Broken is { } broken)
            await transitions.ApplyAsync(p, stage, new DeployBroke(now, broken.Class, broken.Reason), System, ct);
        else if (!baking && state.AllHealthy)
            await BakeAsync(await transitions.ApplyAsync(p, stage, new DeploysBecameHealthy(now), System, ct), ct);
        else if (baking && state.AllHealthy && now >= p.BakeUntil)
            await transitions.ApplyAsync(p, stage, new BakeElapsed(now), System, ct);
        else if (baking && now >= p.BakeUntil + stage.Budget)
            await transitions.ApplyAsync(
                p, stage, new DeployBroke(now, FailureClass.Health, "Not every instance came back to health after the bake."),
                System, ct);
        else
            await stores.Promotions.SaveAsync(
                p with { NextWake = baking ? PromotionMachine.WakeInBake(now, p.BakeUntil ?? now) : now + PromotionMachine.Watch }, ct);
    }

    // No bake: the next step follows at once instead of with the next sweep.
    private Task BakeAsync(Promotion p, CancellationToken ct) =>
        p.Phase == PromotionPhase.Baking && p.BakeUntil <= p.HealthyAt ? outbox.SendAsync([], [p.Id], ct) : Task.CompletedTask;
}
