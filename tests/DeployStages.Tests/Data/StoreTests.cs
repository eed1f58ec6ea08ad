using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Tests.Core;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.DeployStages.Tests.Data;

/// <summary>What the rows keep, whoever writes them.</summary>
public sealed class StoreTests
{
    [Fact]
    public async Task The_generation_of_a_slot_only_grows()
    {
        await using var stages = await Stages.StartAsync();
        var slots = stages.Get<SlotStore>();
        var p = Sample.In(PromotionPhase.Deploying) with { Generation = 4 };
        Assert.Equal(0, (await slots.LockAsync("qa", Sample.Repository, default)).Generation);
        await slots.TakeAsync(p, Sample.Release, Sample.Now, default);
        await slots.SetHealthySinceAsync("qa", Sample.Repository, Sample.Now, default);
        await slots.MarkStableAsync("qa", Sample.Repository, Sample.Release, default);
        foreach (var generation in new long[] { 1, 3, 4 })
            await Assert.ThrowsAsync<InvariantViolatedException>(
                () => slots.TakeAsync(p with { Generation = generation }, Sample.Newer, Sample.Now, default));
        await slots.TakeAsync(p with { Generation = 5 }, Sample.Newer, Sample.Now.AddSeconds(1), default);

        var slot = (await slots.FindAsync("qa", Sample.Repository, default))!;
        Assert.Equal(
            (5L, Sample.Newer, Sample.Release, null, Sample.Now.AddSeconds(1)),
            (slot.Generation, slot.Current!.Value, slot.Stable!.Value, slot.HealthySince, slot.Since!.Value));
        await slots.ReturnToStableAsync("qa", Sample.Repository, default);
        Assert.Equal(Sample.Release, (await slots.FindAsync("qa", Sample.Repository, default))!.Current);
        await slots.KeepAsync("qa", Sample.Repository, Sample.Newer, default);
        Assert.Equal(Sample.Newer, (await slots.FindAsync("qa", Sample.Repository, default))!.Current);
    }

    [Fact]
    public async Task A_slot_that_another_transaction_has_locked_is_waited_for()
    {
        await using var stages = await Stages.StartAsync();
        var slots = stages.Get<SlotStore>();
        Task<Slot>? second = null;
        await Transactions.InTransactionAsync(
            async token =>
            {
                await slots.LockAsync("qa", Sample.Repository, token);
                second = OutsideOfIt(() => slots.LockAsync("qa", Sample.Repository, default));
                await slots.SetHealthySinceAsync("qa", Sample.Repository, Sample.Now, token);
                Assert.False(second.IsCompleted);
            },
            default);
        Assert.Equal(Sample.Now, (await second!).HealthySince);
    }

    [Fact]
    public async Task Every_field_of_a_promotion_is_kept()
    {
        await using var stages = await Stages.StartAsync();
        var store = stages.Get<PromotionStore>();
        var p = Sample.In(PromotionPhase.Waiting) with { Blockers = [] };
        var number = await store.InsertAsync(p, default);
        Assert.NotNull(number);
        var full = p with
        {
            Number = number.Value, Phase = PromotionPhase.Failed, Generation = 7, Target = Sample.Good, SupersededBy = Sample.Newer,
            FailureClass = FailureClass.Config, Reason = "It broke.", PlanDigest = "sha256:plan",
            Blockers = [new Blocker("soak", "Soaking.", Sample.Now, "qa")], BakeUntil = Sample.Now.AddSeconds(1),
            NextWake = Sample.Now.AddSeconds(2), StartedAt = Sample.Now.AddSeconds(3), HealthyAt = Sample.Now.AddSeconds(4),
            FinishedAt = Sample.Now.AddSeconds(5),
        };
        await store.SaveAsync(full, default);
        Assert.Equivalent(full with { Version = 2 }, await store.FindAsync(p.Id, default), strict: true);
        Assert.Equivalent(full with { Version = 2 }, await store.FindAsync(number.Value, default), strict: true);
    }

    [Fact]
    public async Task Of_two_writers_of_a_promotion_one_loses()
    {
        await using var stages = await Stages.StartAsync();
        var store = stages.Get<PromotionStore>();
        var p = Sample.In(PromotionPhase.Waiting);
        await store.InsertAsync(p, default);
        await store.SaveAsync(p with { Reason = "first" }, default);
        await Assert.ThrowsAsync<InvariantViolatedException>(() => store.SaveAsync(p with { Reason = "second" }, default));
        Assert.Equal("first", (await store.FindAsync(p.Id, default))!.Reason);
    }

    [Fact]
    public async Task A_release_waits_or_runs_once_per_stage_and_is_offered_automatically_once_ever()
    {
        await using var stages = await Stages.StartAsync();
        var store = stages.Get<PromotionStore>();
        var p = Sample.In(PromotionPhase.Waiting);
        Promotion Another(bool automatic) => p with { Id = PromotionId.New(Sample.Now), Automatic = automatic };
        Assert.NotNull(await store.InsertAsync(p, default));
        Assert.Null(await store.InsertAsync(Another(false), default));
        await store.SaveAsync(p with { Phase = PromotionPhase.Rejected }, default);
        Assert.Null(await store.InsertAsync(Another(true), default));
        Assert.NotNull(await store.InsertAsync(Another(false), default));
    }

    [Fact]
    public async Task What_is_due_is_taken_once_and_the_most_overdue_first()
    {
        await using var stages = await Stages.StartAsync();
        var store = stages.Get<PromotionStore>();
        var due = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            var p = Sample.In(PromotionPhase.Waiting) with
            {
                Id = PromotionId.New(Sample.Now), Release = Digest.Of([(byte)i]), CreatedAt = Sample.Now.AddSeconds(-i),
            };
            await store.InsertAsync(p, default);
            due.Add(p.Id.Value);
        }

        var again = TimeSpan.FromSeconds(15);
        Assert.Equal([due[2], due[1]], await store.TakeDueAsync(Sample.Now, again, 2, default));
        Assert.Equal([due[0]], await store.TakeDueAsync(Sample.Now, again, 2, default));
        Assert.Empty(await store.TakeDueAsync(Sample.Now.AddSeconds(14), again, 2, default));
        Assert.Equal(3, (await store.TakeDueAsync(Sample.Now.AddSeconds(15), again, 5, default)).Count);
    }

    [Fact]
    public async Task A_person_s_approval_of_a_plan_is_kept_once_and_of_another_plan_again()
    {
        await using var stages = await Stages.StartAsync();
        var p = Sample.In(PromotionPhase.Waiting);
        await stages.Get<PromotionStore>().InsertAsync(p, default);
        var store = stages.Get<DecisionStore>();
        Decision Approval(string person, string plan) => new(
            Guid.NewGuid(), p.Id, DecisionKind.Approve, person, ["owners"], plan, "ok", "{}", Sample.Now);
        Assert.True(await store.InsertAsync(Approval("niki", "one"), default));
        Assert.False(await store.InsertAsync(Approval("niki", "one"), default));
        Assert.True(await store.InsertAsync(Approval("niki", "two"), default));
        Assert.True(await store.InsertAsync(Approval("petros", "one"), default));
        var found = await store.OfAsync([p.Id], default);
        Assert.Equal(3, found.Count);
        Assert.Equal(("ok", "{}", Sample.Now), (found[0].Comment, found[0].Envelope, found[0].At));
    }

    /// <summary>Starts the work without the ambient transaction.</summary>
    private static Task<T> OutsideOfIt<T>(Func<Task<T>> work)
    {
        using var outside = new System.Transactions.TransactionScope(
            System.Transactions.TransactionScopeOption.Suppress, System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
        var started = work();
        outside.Complete();
        return started;
    }
}
