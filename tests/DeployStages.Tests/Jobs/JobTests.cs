using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Jobs;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Tests.Kit;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.DeployStages.Tests.Jobs;

/// <summary>Jobs run at least once: twice changes nothing, and one that is lost is made up for by the sweep.</summary>
public sealed class JobTests
{
    [Fact]
    public async Task A_release_is_offered_once_however_often_the_job_runs()
    {
        await using var stages = await Stages.StartAsync(runs: 3);
        var release = await stages.ReleaseAsync();
        await stages.Get<OfferReleaseJob>().ExecuteAsync(release.Digest.ToString(), default);
        await stages.RunJobsAsync();
        Assert.Single(await stages.Promotions.OfReleaseAsync(release.Digest, default));
        Assert.Equal(1, await stages.IntakeAsync());
        Assert.Single(await stages.JournalAsync(), k => k == "promotion.created");
    }

    [Fact]
    public async Task Jobs_about_what_is_not_there_do_nothing()
    {
        await using var stages = await Stages.StartAsync();
        var nothing = Digest.Of([9]).ToString();
        await stages.Get<OfferReleaseJob>().ExecuteAsync(nothing, default);
        await stages.Get<AdvanceReleaseJob>().ExecuteAsync(nothing, default);
        await stages.Get<AdvancePromotionJob>().ExecuteAsync(Guid.Empty, default);
        await stages.Get<DeployEndedJob>().ExecuteAsync("qa", "someone.elses.deploy", default);
        await stages.Get<HoldReleaseJob>().ExecuteAsync(nothing, "digest-mismatch", "Other bytes.", default);
        await stages.Get<OfferCommitJob>().ExecuteAsync(Stages.Repository.Value, new string('f', 40), default);
        Assert.Equal(0, stages.JobsWaiting);
        Assert.Empty(await stages.JournalAsync());
    }

    [Fact]
    public async Task A_commit_of_another_repository_offers_nothing()
    {
        await using var stages = await Stages.StartAsync();
        stages.Branch = "feature/basket";
        var release = await stages.ReleaseAsync();
        await stages.ExecuteAsync(
            "INSERT INTO git.commit_branch (repository_id, branch, sha, committed_at, commit_id) "
            + "SELECT repository_id, 'main', sha, now(), id FROM git.commit");
        await stages.Get<OfferCommitJob>().ExecuteAsync(Guid.NewGuid(), release.CommitSha.ToString(), default);
        Assert.Empty(await stages.Promotions.OfReleaseAsync(release.Digest, default));
    }

    [Fact]
    public async Task A_release_without_deployables_is_not_offered()
    {
        await using var stages = await Stages.StartAsync();
        var library = await stages.Get<ReleaseCommands>().CreateAsync(
            Caller.System("test"),
            ReleaseRows.Build(Stages.Repository, CommitSha.Parse(new string('c', 40)), 200, stages.Time.GetUtcNow(), []), default);
        await stages.RunJobsAsync();
        Assert.Empty(await stages.Promotions.OfReleaseAsync(library.Digest, default));
    }

    [Fact]
    public async Task A_lost_job_is_enqueued_again_by_the_sweep()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync();
        await SchedulerRows.EndDeploysAsync(stages.Db, "qa", "Active", null, null);
        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "qa"));

        stages.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await stages.SweepAsync());
        stages.LoseJobs();
        Assert.Equal(0, await stages.SweepAsync());
        stages.Time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(0, await stages.SweepAsync());
        stages.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await stages.SweepAsync());
        await stages.RunJobsAsync();

        Assert.Equal(PromotionPhase.Baking, await stages.PhaseAsync(release, "qa"));
    }

    [Fact]
    public async Task Without_any_event_the_sweep_alone_takes_a_release_through()
    {
        await using var stages = await Stages.StartAsync();
        var release = await stages.ReleaseAsync();
        foreach (var stage in new[] { "infra-qa", "product-qa", "production" })
        {
            await SchedulerRows.EndDeploysAsync(stages.Db, stage, "Active", null, null);
            await stages.PassAsync(8);
            Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, stage));
        }
    }

    [Fact]
    public async Task The_sweep_brings_a_changed_policy_into_force_when_it_runs_as_a_service()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var sweep = stages.Get<PromotionSweep>();
        await stages.WritePolicyAsync("stages: [{ name: qa, cluster: qa }, { name: demo, cluster: demo }]");
        await sweep.StartAsync(default);
        var policy = stages.Get<PolicyInForce>();
        var known = await Eventually.BecomesAsync(
            () =>
            {
                stages.Time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(policy.Current.Stages.Count);
            },
            count => count == 2, TimeSpan.FromSeconds(20), "two stages in force");
        Assert.Equal(2, known);

        await sweep.StopAsync(default);
        Assert.Equal(["qa", "demo"], policy.Current.Stages.Select(s => s.Name));
    }

    [Fact]
    public async Task A_held_release_that_waits_says_so_and_one_that_ended_stays_as_it_was()
    {
        await using var stages = await Stages.StartAsync("""
            stages:
              - { name: qa, cluster: qa, bake: 1s }
              - { name: production, cluster: production, after: qa, gates: { soak: 1h } }
            """, runs: 2);
        var release = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        for (var run = 0; run < 2; run++)
            await stages.Get<HoldReleaseJob>().ExecuteAsync(release.Digest.ToString(), "digest-mismatch", "Other bytes.", default);
        await stages.RunJobsAsync();

        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, "qa"));
        var waiting = await stages.PromotionAsync(release, "production");
        Assert.Equal("The release is held: digest-mismatch: Other bytes.", waiting.Blockers[0].Sentence);
        Assert.Single(await stages.JournalAsync(), k => k == "action.recorded");
    }
}
