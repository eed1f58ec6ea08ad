using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Jobs;

namespace Pipeline.DeployStages.Tests;

/// <summary>Work in progress stays where it is; a merge takes it further.</summary>
public sealed class BranchTests
{
    private const string Guarded = """
        stages:
          - { name: infra-qa, cluster: infra-qa, bake: 1s }
          - { name: production, cluster: production, after: infra-qa, bake: 1s, branches: [default, release/*] }
        """;

    [Fact]
    public async Task A_release_of_another_branch_is_not_offered_by_itself()
    {
        await using var stages = await Stages.StartAsync();
        stages.Branch = "feature/basket";
        var release = await stages.ReleaseAsync();
        Assert.Null(await stages.PhaseAsync(release, "infra-qa"));
    }

    [Fact]
    public async Task A_fast_forward_merge_offers_the_release_that_was_made_before_it()
    {
        await using var stages = await Stages.StartAsync(runs: 2);
        stages.Branch = "feature/basket";
        var release = await stages.ReleaseAsync();

        await ReachAsync(stages, release, "main");

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "infra-qa"));
    }

    [Fact]
    public async Task A_person_may_promote_another_branch_where_the_stage_names_none_and_nowhere_else()
    {
        await using var stages = await Stages.StartAsync(Guarded);
        stages.Branch = "feature/basket";
        var release = await stages.ReleaseAsync();

        await PromoteAsync(stages, release, "infra-qa");
        await stages.GoThroughAsync("infra-qa");
        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, "infra-qa"));
        Assert.Null(await stages.PhaseAsync(release, "production"));

        await PromoteAsync(stages, release, "production");
        var waiting = await stages.PromotionAsync(release, "production");
        Assert.Equal(PromotionPhase.Waiting, waiting.Phase);
        var blocker = Assert.Single(waiting.Blockers);
        Assert.Equal("branch", blocker.Gate);
        Assert.Equal("production takes commits of main, release/*; this one came by feature/basket. Merge it first.", blocker.Sentence);
    }

    [Theory]
    [InlineData("main")]
    [InlineData("release/3.1")]
    public async Task A_stage_takes_the_branches_that_it_names(string branch)
    {
        await using var stages = await Stages.StartAsync(Guarded);
        stages.Branch = branch;
        var release = await stages.ReleaseAsync();
        await PromoteUnlessOfferedAsync(stages, release);
        await stages.GoThroughAsync("infra-qa");
        await stages.GoThroughAsync("production");
        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, "production"));
    }

    [Fact]
    public async Task A_merge_opens_the_gate_of_a_promotion_that_waits()
    {
        await using var stages = await Stages.StartAsync(Guarded);
        stages.Branch = "feature/basket";
        var release = await stages.ReleaseAsync();
        await PromoteAsync(stages, release, "infra-qa");
        await stages.GoThroughAsync("infra-qa");
        await PromoteAsync(stages, release, "production");

        await ReachAsync(stages, release, "main");

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "production"));
    }

    private static async Task PromoteUnlessOfferedAsync(Stages stages, Release release)
    {
        if (await stages.PhaseAsync(release, "infra-qa") is null)
            await PromoteAsync(stages, release, "infra-qa");
    }

    private static async Task PromoteAsync(Stages stages, Release release, string stage)
    {
        var outcome = await stages.Get<PromotionCommands>().PromoteAsync(release.Digest, stage, null, Stages.Person("maria"), default);
        Assert.IsType<PromotionOutcome.Done>(outcome);
        await stages.RunJobsAsync();
    }

    private static async Task ReachAsync(Stages stages, Release release, string branch)
    {
        await stages.ExecuteAsync(
            """
            INSERT INTO git.commit_branch (repository_id, branch, sha, committed_at, commit_id)
            SELECT repository_id, @branch, sha, now(), id FROM git.commit WHERE sha = @sha
            """,
            new { branch, sha = release.CommitSha.ToString() });
        for (var run = 0; run < stages.Runs; run++)
            await stages.Get<OfferCommitJob>().ExecuteAsync(Stages.Repository.Value, release.CommitSha.ToString(), default);
        await stages.RunJobsAsync();
    }
}
