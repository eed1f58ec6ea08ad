using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Contract.Outcomes;

/// <summary>What happens to deploys while and after they become healthy.</summary>
public sealed class BakeTests
{
    private const string LongBake = "stages: [{ name: qa, cluster: qa, bake: 30s, budget: 10s }]";

    [Fact]
    public async Task A_deploy_that_is_cancelled_in_the_bake_turns_the_promotion_back()
    {
        await using var stages = await Stages.StartAsync(LongBake);
        var release = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        await stages.ExecuteAsync("UPDATE scheduler.deploy SET state = 'Cancelled', reason = 'An operator cancelled it.'");
        await stages.PassAsync(1);
        var p = await stages.PromotionAsync(release, "qa");
        Assert.Equal((PromotionPhase.Failed, "web: An operator cancelled it."), (p.Phase, p.Reason));
    }

    [Fact]
    public async Task A_deploy_that_the_scheduler_forgot_in_the_bake_is_a_failure_of_the_infrastructure()
    {
        await using var stages = await Stages.StartAsync(LongBake);
        var release = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        await stages.ExecuteAsync("DELETE FROM scheduler.task; DELETE FROM scheduler.deploy");
        await stages.PassAsync(1);
        var p = await stages.PromotionAsync(release, "qa");
        Assert.Equal((PromotionPhase.Failed, FailureClass.Infra), (p.Phase, p.FailureClass!.Value));
        Assert.StartsWith("web: the scheduler no longer knows its deploy web.qa.1.", p.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_agent_in_the_bake_is_not_the_release_s_fault_and_the_bake_waits_for_health()
    {
        await using var stages = await Stages.StartAsync(LongBake);
        var release = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        await stages.ExecuteAsync(
            "UPDATE scheduler.task SET phase = 'Lost', ended_at = @at, healthy_at = NULL, failure_class = 'Infra'",
            new { at = stages.Time.GetUtcNow().UtcDateTime.AddSeconds(1) });
        await stages.PassAsync(39);
        Assert.Equal(PromotionPhase.Baking, await stages.PhaseAsync(release, "qa"));
        await stages.PassAsync(2);
        var p = await stages.PromotionAsync(release, "qa");
        Assert.Equal((PromotionPhase.Failed, FailureClass.Health), (p.Phase, p.FailureClass!.Value));
        Assert.Equal("Not every instance was healthy again after the bake.", p.Reason);
    }

    [Fact]
    public async Task Without_a_bake_a_healthy_release_succeeds_at_once()
    {
        await using var stages = await Stages.StartAsync("stages: [{ name: qa, cluster: qa }]");
        var release = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, "qa"));
    }

    [Fact]
    public async Task Where_failures_stay_nothing_is_restored_and_a_person_can_roll_back()
    {
        await using var stages = await Stages.StartAsync("stages: [{ name: qa, cluster: qa, bake: 9s, on_failure: stay }]");
        var good = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        await stages.PassAsync(10);
        var bad = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        await stages.ExecuteAsync("UPDATE scheduler.deploy SET state = 'Failed', failure_class = 'Health' WHERE id LIKE 'web.qa.2.%'");
        await stages.PassAsync(1);

        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(bad, "qa"));
        Assert.Equal(bad.Digest, (await stages.SlotAsync("qa"))!.Current);
        var p = await stages.PromotionAsync(bad, "qa");
        Assert.IsType<PromotionOutcome.Done>(await stages.Commands.RollbackAsync(Callers.Person("niki"), p.Id, null, default));
        await stages.HealthyAsync("qa");
        Assert.Equal(good.Digest, (await stages.SlotAsync("qa"))!.Current);
    }

    [Fact]
    public async Task The_evidence_names_the_last_probe_of_the_instance_that_failed()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync();
        await stages.FailAsync("qa", "The deploy is overdue.", FailureClass.Health);
        var evidence = await stages.Promotions.EvidenceAsync((await stages.PromotionAsync(release, "qa")).Id, default);
        Assert.Equal(["signature", "deploy"], evidence!.Select(e => e.Kind));
        Assert.EndsWith("failed. The deploy is overdue.", evidence![1].Sentence, StringComparison.Ordinal);
        Assert.Null(await stages.Promotions.EvidenceAsync(new PromotionId(Guid.Empty), default));
    }

    [Fact]
    public async Task A_roll_out_that_was_superseded_outside_is_a_failure()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync();
        await SchedulerRows.EndDeploysAsync(stages.Db, "qa", "Superseded", null, null);
        await stages.PassAsync(5);
        var p = await stages.PromotionAsync(release, "qa");
        Assert.Equal(
            (PromotionPhase.Failed,
                "web: the deploy is superseded. There is no release to return to: every deployable that it had added to qa is removed."),
            (p.Phase, p.Reason));
        Assert.Equal("failed", Assert.Single(p.Deploys).State);
    }
}
