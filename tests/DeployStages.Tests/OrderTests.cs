using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.DeployStages.Tests;

/// <summary>Builds of two pushes may end in either order: git says which release is newer, on a real mirror.</summary>
public sealed class OrderTests
{
    [Fact]
    public async Task A_release_that_is_contained_in_what_the_stage_runs_never_takes_it_back()
    {
        await using var stages = await Stages.StartAsync(runs: 2);
        var (older, newer) = await TwoCommitsAsync(stages);
        var second = await stages.ReleaseAsync(newer);
        await stages.GoThroughAsync("infra-qa");

        var first = await stages.ReleaseAsync(older);

        var late = await stages.PromotionAsync(first, "infra-qa");
        Assert.Equal(PromotionPhase.Superseded, late.Phase);
        Assert.Equal("The stage already has a release that contains this commit.", late.Reason);
        Assert.Equal(second.Digest, (await stages.SlotAsync("infra-qa"))!.Current);
    }

    [Fact]
    public async Task A_release_that_waits_gives_way_to_the_commit_that_contains_it_whatever_their_numbers()
    {
        const string soaking = """
            stages:
              - { name: infra-qa, cluster: infra-qa }
              - { name: production, cluster: production, after: infra-qa, gates: { soak: 1h } }
            """;
        await using var stages = await Stages.StartAsync(soaking);
        var (older, newer) = await TwoCommitsAsync(stages);
        var second = await stages.ReleaseAsync(newer);
        await stages.HealthyAsync("infra-qa");
        await stages.PassAsync(2);
        Assert.Equal(PromotionPhase.Waiting, await stages.PhaseAsync(second, "production"));

        var first = await stages.ReleaseAsync(older);
        await PromoteAsync(stages, first, "infra-qa");
        await stages.HealthyAsync("infra-qa");
        await stages.PassAsync(2);

        Assert.Equal(PromotionPhase.Superseded, await stages.PhaseAsync(first, "production"));
        Assert.Equal(PromotionPhase.Waiting, await stages.PhaseAsync(second, "production"));
    }

    [Fact]
    public async Task A_person_may_put_an_older_release_back()
    {
        await using var stages = await Stages.StartAsync();
        var (older, newer) = await TwoCommitsAsync(stages);
        await stages.ReleaseAsync(newer);
        await stages.GoThroughAsync("infra-qa");
        var first = await stages.ReleaseAsync(older);

        await PromoteAsync(stages, first, "infra-qa");

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(first, "infra-qa"));
    }

    private static async Task PromoteAsync(Stages stages, Release release, string stage)
    {
        Assert.IsType<PromotionOutcome.Done>(
            await stages.Get<PromotionCommands>().PromoteAsync(release.Digest, stage, null, Stages.Person("maria"), default));
        await stages.RunJobsAsync();
    }

    private static async Task<(CommitSha Older, CommitSha Newer)> TwoCommitsAsync(Stages stages)
    {
        using var git = await GitRepo.CreateAsync();
        var older = await git.CommitAsync("First");
        var newer = await git.CommitAsync("Second");
        await git.GitAsync("clone", "-q", "--bare", ".", Path.Combine(stages.Folder, "mirrors", $"{Stages.Repository.Value:N}.git"));
        return (older, newer);
    }
}
