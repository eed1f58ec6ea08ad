using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.DeployStages.Tests.Contract;

public sealed class PromotionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)] // every job twice: a restart in the middle changes nothing
    public async Task A_release_goes_through_three_stages(int runs)
    {
        await using var stages = await Stages.StartAsync(runs: runs);
        var release = await stages.ReleaseAsync();

        foreach (var stage in new[] { "infra-qa", "product-qa", "production" })
        {
            Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, stage));
            await stages.HealthyAsync(stage);
            Assert.Equal(PromotionPhase.Baking, await stages.PhaseAsync(release, stage));
            await stages.PassAsync(2);
            Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, stage));
            Assert.Equal(release.Digest, (await stages.SlotAsync(stage))!.Stable);
        }

        Assert.Equal(3, await stages.IntakeAsync());
        var row = Assert.Single((await stages.Get<StageQueries>().DeployablesAsync(null, 10, default)).Items);
        Assert.Equal(["healthy", "healthy", "healthy"], row.Stages.Select(s => s.State));
        Assert.Equal([1, 1, 2], row.Stages.Select(s => s.Instances));
        Assert.All(await stages.Get<StageQueries>().WhereAsync(release.CommitSha, default), w => Assert.Equal("running", w.State));
    }

    [Fact]
    public async Task A_release_that_fails_in_product_qa_is_rolled_back_and_production_is_untouched()
    {
        await using var stages = await Stages.StartAsync();
        var good = await stages.ReleaseAsync();
        foreach (var stage in new[] { "infra-qa", "product-qa", "production" })
            await stages.GoThroughAsync(stage);
        var bad = await stages.ReleaseAsync();
        await stages.GoThroughAsync("infra-qa");

        await stages.FailAsync("product-qa");
        var rolling = await stages.PromotionAsync(bad, "product-qa");
        Assert.Equal(PromotionPhase.RollingBack, rolling.Phase);
        Assert.Contains("503", rolling.Reason);
        Assert.Equal(3, rolling.Generation); // 1 good, 2 bad, 3 back
        await stages.HealthyAsync("product-qa");

        Assert.Equal(PromotionPhase.RolledBack, await stages.PhaseAsync(bad, "product-qa"));
        Assert.Null(await stages.PhaseAsync(bad, "production"));
        Assert.Equal(good.Digest, (await stages.SlotAsync("product-qa"))!.Current);
        Assert.Equal(good.Digest, (await stages.SlotAsync("production"))!.Current);
        Assert.Contains("promotion.rolling-back", await stages.JournalAsync());
    }

    [Fact]
    public async Task What_a_rollback_brings_back_carries_its_own_commit_and_build_not_those_of_the_bad_release()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var good = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var bad = await stages.ReleaseAsync();

        await stages.FailAsync("qa");

        Assert.Equal(PromotionPhase.RollingBack, await stages.PhaseAsync(bad, "qa"));
        var restored = await stages.ScalarAsync<string>("SELECT payload::text FROM scheduler.intake ORDER BY id DESC LIMIT 1");
        Assert.Contains(good.CommitSha.ToString(), restored, StringComparison.Ordinal);
        Assert.Contains(good.BuildId.Value.ToString(), restored, StringComparison.Ordinal);
        Assert.DoesNotContain(bad.CommitSha.ToString(), restored, StringComparison.Ordinal);
        Assert.DoesNotContain(bad.BuildId.Value.ToString(), restored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_release_that_fails_has_nothing_to_return_to()
    {
        await using var stages = await Stages.StartAsync();
        var release = await stages.ReleaseAsync();
        await stages.FailAsync("infra-qa", "Exit code 3 right after the start.", FailureClass.App);

        var p = await stages.PromotionAsync(release, "infra-qa");
        Assert.Equal((PromotionPhase.Failed, FailureClass.App), (p.Phase, p.FailureClass!.Value));
        Assert.Contains("web: Exit code 3", p.Reason);
        Assert.Null((await stages.SlotAsync("infra-qa"))!.Current);
    }

    [Fact]
    public async Task An_instance_that_breaks_in_the_bake_turns_the_promotion_back()
    {
        await using var stages = await Stages.StartAsync();
        var good = await stages.ReleaseAsync();
        await stages.GoThroughAsync("infra-qa");
        var bad = await stages.ReleaseAsync();
        await stages.HealthyAsync("infra-qa");
        await stages.ExecuteAsync(
            """
            UPDATE scheduler.task
               SET phase = 'Failed', ended_at = @at, failure_class = 'App', exit_code = 7, reason = 'The program ended.'
             WHERE deploy_id LIKE 'web.infra-qa.2.%'
            """,
            new { at = stages.Time.GetUtcNow().UtcDateTime.AddMilliseconds(10) });
        await stages.PassAsync(1);

        var p = await stages.PromotionAsync(bad, "infra-qa");
        Assert.Equal(PromotionPhase.RollingBack, p.Phase);
        Assert.Contains("Exit code 7", p.Reason);
        Assert.Equal(good.Digest, p.Target);
    }

    [Fact]
    public async Task A_newer_release_takes_the_place_of_one_that_waits_but_never_of_one_that_runs()
    {
        await using var stages = await Stages.StartAsync();
        var first = await stages.ReleaseAsync();
        var second = await stages.ReleaseAsync();
        var third = await stages.ReleaseAsync();

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(first, "infra-qa"));
        Assert.Equal(PromotionPhase.Superseded, await stages.PhaseAsync(second, "infra-qa"));
        var waiting = await stages.PromotionAsync(third, "infra-qa");
        Assert.Equal("slot", Assert.Single(waiting.Blockers).Gate);

        await stages.GoThroughAsync("infra-qa");
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(third, "infra-qa"));
        Assert.Equal(2, (await stages.SlotAsync("infra-qa"))!.Generation);
    }

    [Fact]
    public async Task A_security_event_holds_the_release_everywhere()
    {
        await using var stages = await Stages.StartAsync();
        var good = await stages.ReleaseAsync();
        await stages.GoThroughAsync("infra-qa");
        var bad = await stages.ReleaseAsync();
        await stages.Get<Journal>().AppendAsync(
            new SecurityEventRaised(null, bad.Digest, "infra-qa", "t", "digest-mismatch", "Other bytes."), Actor.System("taskrunner"),
            JournalSubject.None, default);
        await stages.RunJobsAsync();

        var p = await stages.PromotionAsync(bad, "infra-qa");
        Assert.Equal((PromotionPhase.RollingBack, FailureClass.Security), (p.Phase, p.FailureClass!.Value));
        await stages.HealthyAsync("infra-qa");
        Assert.Equal(good.Digest, (await stages.SlotAsync("infra-qa"))!.Current);
        var refused = Assert.IsType<PromotionOutcome.Conflict>(
            await stages.Commands.PromoteAsync(Callers.Person("niki"), bad.Digest, "production", null, default));
        Assert.Equal("release-held", refused.Code);
    }

    [Fact]
    public async Task What_runs_after_an_automatic_rollback_can_be_rolled_back_again()
    {
        await using var stages = await Stages.StartAsync("stages: [{ name: qa, cluster: qa, bake: 1s }]");
        var first = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var second = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        await stages.ReleaseAsync();
        await stages.FailAsync("qa");
        await stages.HealthyAsync("qa");
        Assert.Equal((second.Digest, 4L), ((await stages.SlotAsync("qa"))!.Current!.Value, (await stages.SlotAsync("qa"))!.Generation));

        var p = await stages.PromotionAsync(second, "qa");
        Assert.IsType<PromotionOutcome.Done>(
            await stages.Commands.RollbackAsync(Callers.Person("niki"), p.Id, null, default));
        await stages.HealthyAsync("qa");

        Assert.Equal((first.Digest, 5L), ((await stages.SlotAsync("qa"))!.Current!.Value, (await stages.SlotAsync("qa"))!.Generation));
    }

    [Fact]
    public async Task A_rollback_that_fails_leaves_what_runs_as_what_runs_and_can_be_tried_again()
    {
        await using var stages = await Stages.StartAsync("stages: [{ name: qa, cluster: qa, bake: 5s }]");
        var good = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        await stages.PassAsync(6);
        var bad = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        var p = await stages.PromotionAsync(bad, "qa");
        var commands = stages.Commands;
        await commands.RollbackAsync(Callers.Person("niki"), p.Id, "slow", default);
        await stages.FailAsync("qa", "No agent fits.", FailureClass.Infra);

        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(bad, "qa"));
        var slot = (await stages.SlotAsync("qa"))!;
        Assert.Equal((bad.Digest, good.Digest), (slot.Current!.Value, slot.Stable!.Value));
        Assert.IsType<PromotionOutcome.Done>(await commands.RollbackAsync(Callers.Person("niki"), p.Id, "again", default));
        await stages.HealthyAsync("qa");
        Assert.Equal(PromotionPhase.RolledBack, await stages.PhaseAsync(bad, "qa"));
        Assert.Equal(good.Digest, (await stages.SlotAsync("qa"))!.Current);
    }

    [Fact]
    public async Task A_first_deploy_that_a_person_stops_is_cancelled_and_a_first_release_that_is_healthy_has_nothing_to_return_to()
    {
        await using var stages = await Stages.StartAsync("stages: [{ name: qa, cluster: qa, bake: 9s }]");
        var commands = stages.Commands;
        var stopped = await stages.ReleaseAsync();
        await commands.RollbackAsync(Callers.Person("niki"), (await stages.PromotionAsync(stopped, "qa")).Id, "wrong branch", default);
        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(stopped, "qa"));
        Assert.Equal(1, await stages.ScalarAsync<int>(
            "SELECT count(*)::int FROM scheduler.intake WHERE payload->>'kind' = 'cancel-deploy'"));

        var second = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        var refused = Assert.IsType<PromotionOutcome.Conflict>(
            await commands.RollbackAsync(Callers.Person("niki"), (await stages.PromotionAsync(second, "qa")).Id, null, default));
        Assert.Equal("nothing-to-roll-back", refused.Code);
        Assert.Equal(PromotionPhase.Baking, await stages.PhaseAsync(second, "qa"));
    }

    [Fact]
    public async Task What_does_not_verify_turns_back_even_where_failures_stay()
    {
        await using var stages = await Stages.StartAsync("stages: [{ name: qa, cluster: qa, bake: 1s, on_failure: stay }]");
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var bad = await stages.ReleaseAsync();
        await stages.Get<Journal>().AppendAsync(
            new SecurityEventRaised(null, bad.Digest, "qa", "t", "digest-mismatch", "Other bytes."), Actor.System("taskrunner"),
            JournalSubject.None, default);
        await stages.RunJobsAsync();

        Assert.Equal(PromotionPhase.RollingBack, await stages.PhaseAsync(bad, "qa"));
    }

    [Fact]
    public async Task Soak_starts_again_when_the_stage_before_is_not_healthy()
    {
        await using var stages = await Stages.StartAsync("""
            stages:
              - { name: qa, cluster: qa }
              - { name: production, cluster: production, after: qa, gates: { soak: 10s } }
            """);
        var release = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        await stages.PassAsync(5);
        await stages.ExecuteAsync("UPDATE scheduler.task SET healthy_at = NULL");
        await stages.PassAsync(1);
        Assert.Equal(
            "Not healthy in qa; the soak of 10 s restarts when it is.",
            (await stages.PromotionAsync(release, "production")).Blockers[0].Sentence);
        await stages.ExecuteAsync("UPDATE scheduler.task SET healthy_at = now()");
        await stages.PassAsync(9);
        Assert.Equal(PromotionPhase.Waiting, await stages.PhaseAsync(release, "production"));
        await stages.PassAsync(3);
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "production"));
    }

    [Fact]
    public async Task A_person_rolls_production_back_with_a_new_generation_and_what_only_the_new_release_had_goes()
    {
        await using var stages = await Stages.StartAsync("stages: [{ name: qa, cluster: qa, bake: 1s }]");
        var first = await stages.ReleaseAsync("web");
        await stages.GoThroughAsync("qa");
        var second = await stages.ReleaseAsync("web", "worker");
        await stages.GoThroughAsync("qa");
        var p = await stages.PromotionAsync(second, "qa");

        Assert.IsType<PromotionOutcome.Done>(await stages.Commands.RollbackAsync(Callers.Person("niki"), p.Id, "slow", default));
        await stages.HealthyAsync("qa");

        Assert.Equal(PromotionPhase.RolledBack, await stages.PhaseAsync(second, "qa"));
        Assert.Equal((first.Digest, 3L), ((await stages.SlotAsync("qa"))!.Stable!.Value, (await stages.SlotAsync("qa"))!.Generation));
        Assert.Equal(["web"], (await stages.Get<StageQueries>().DeployablesAsync(null, 10, default)).Items.Select(d => d.Name));
        Assert.Equal(1, await stages.ScalarAsync<int>("SELECT count(*)::int FROM scheduler.intake WHERE subject_id = 'worker'"));
    }
}
