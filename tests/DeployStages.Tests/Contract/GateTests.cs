using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Contract.Queries;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Contract;

/// <summary>Gates on real rows: signatures, names, policy, and who starts what.</summary>
public sealed class GateTests
{
    private const string Manual = """
        stages:
          - { name: qa, cluster: qa, bake: 1s }
          - { name: production, cluster: production, after: qa, promote: manual, bake: 1s }
        """;

    [Fact]
    public async Task A_release_without_provenance_waits_for_a_signature()
    {
        await using var stages = await Stages.StartAsync(Manual);
        var release = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        await stages.ExecuteAsync("DELETE FROM artifact.attestation_subject; DELETE FROM artifact.attestation");
        await stages.PromoteAsync(release, "production");
        var blocker = Assert.Single((await stages.PromotionAsync(release, "production")).Blockers);
        Assert.Equal(
            ("signature", "The artifact of web has no signed provenance: build the commit again."), (blocker.Gate, blocker.Sentence));
    }

    [Fact]
    public async Task A_provenance_that_was_tampered_with_does_not_verify()
    {
        await using var stages = await Stages.StartAsync(Manual);
        var release = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        await stages.ExecuteAsync("UPDATE artifact.attestation SET envelope = replace(envelope, '\"sig\":\"', '\"sig\":\"AAAA')");
        await stages.PromoteAsync(release, "production");
        var blocker = Assert.Single((await stages.PromotionAsync(release, "production")).Blockers);
        Assert.Equal("signature", blocker.Gate);
        Assert.StartsWith("The provenance of web does not verify (", blocker.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, await stages.IntakeAsync());
    }

    [Fact]
    public async Task A_name_belongs_to_the_repository_that_deployed_it_first()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync("web");
        await stages.GoThroughAsync("qa");
        var other = await stages.ReleaseOfAsync(new RepositoryId(Guid.NewGuid()), "shop", null, "api", "web:/shop");
        var blocker = Assert.Single((await stages.PromotionAsync(other, "qa")).Blockers);
        Assert.Equal(
            "The deployable name 'web' belongs to another repository, shop/web: rename it in .pipeline.yaml.", blocker.Sentence);
    }

    [Fact]
    public async Task Two_repositories_do_not_wait_for_each_other()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var web = await stages.ReleaseAsync("web");
        var shop = await stages.ReleaseOfAsync(new RepositoryId(Guid.NewGuid()), "shop", null, "shop");
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(web, "qa"));
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(shop, "qa"));
    }

    [Fact]
    public async Task A_manual_stage_is_offered_nothing_and_takes_what_a_person_promotes()
    {
        await using var stages = await Stages.StartAsync(Manual);
        var release = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        Assert.Null(await stages.PhaseAsync(release, "production"));
        await stages.PromoteAsync(release, "production");
        var p = await stages.PromotionAsync(release, "production");
        Assert.Equal((PromotionPhase.Deploying, false, "person:maria"), (p.Phase, p.Automatic, p.CreatedBy));
        Assert.Equal("system:deploy-stages", (await stages.PromotionAsync(release, "qa")).CreatedBy);
    }

    [Fact]
    public async Task A_stage_that_was_removed_blocks_what_waits_and_lets_what_runs_end()
    {
        await using var stages = await Stages.StartAsync(Manual);
        var running = await stages.ReleaseAsync();
        await stages.PromoteAsync(running, "production");
        await stages.WritePolicyAsync("stages: [{ name: other, cluster: other }]");
        Assert.True(stages.Get<PolicyInForce>().Reload());
        await stages.PassAsync(61);

        var waiting = await stages.PromotionAsync(running, "production");
        Assert.Equal("The stage production is no longer in the policy.", Assert.Single(waiting.Blockers).Sentence);
        Assert.Null(await stages.Promotions.PlanAsync(waiting.Id, default));
        await SchedulerRows.EndDeploysAsync(stages.Db, "qa", "Active", null, null);
        await stages.PassAsync(8);
        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(running, "qa"));
        Assert.IsType<PromotionOutcome.Done>(
            await stages.Commands.RejectAsync(Callers.Person("niki"), waiting.Id, "gone", default));
        Assert.Equal(PromotionPhase.Rejected, await stages.PhaseAsync(running, "production"));
    }

    [Fact]
    public async Task The_journal_says_it_once_while_the_reason_stays_the_same()
    {
        await using var stages = await Stages.StartAsync("""
            stages:
              - { name: qa, cluster: qa }
              - { name: production, cluster: production, after: qa, gates: { soak: 10s } }
            """);
        var release = await stages.ReleaseAsync();
        await stages.HealthyAsync("qa");
        await stages.PassAsync(5);
        Assert.Equal("soak", (await stages.PromotionAsync(release, "production")).Blockers[0].Gate);
        Assert.Single(await stages.JournalAsync(), k => k == "promotion.waiting");
    }

    [Fact]
    public async Task Where_a_commit_is_goes_stage_by_stage()
    {
        await using var stages = await Stages.StartAsync(Manual);
        var first = await stages.ReleaseAsync();
        var where = await stages.Get<StageQueries>().WhereAsync(first.CommitSha, default);
        Assert.Equal(["deploying", "not-reached"], where.Select(w => w.State));
        Assert.Equal("Promoted by hand.", where[1].Reason);

        await stages.GoThroughAsync("qa");
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        where = await stages.Get<StageQueries>().WhereAsync(first.CommitSha, default);
        Assert.Equal(["succeeded", "not-reached"], where.Select(w => w.State));
    }

    [Fact]
    public async Task A_held_release_is_no_target_of_a_rollback()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var oldest = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var held = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        await stages.ExecuteAsync(
            "UPDATE artifact.release SET held_reason = 'Bad smell.' WHERE digest = @digest", new { digest = held.Digest.ToString() });
        var bad = await stages.ReleaseAsync();
        await stages.FailAsync("qa");
        Assert.Equal(oldest.Digest, (await stages.PromotionAsync(bad, "qa")).Target);
    }
}
