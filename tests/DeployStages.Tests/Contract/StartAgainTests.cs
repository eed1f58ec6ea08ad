using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Jobs;
using Pipeline.DeployStages.Tests.Kit;

namespace Pipeline.DeployStages.Tests.Contract;

/// <summary>A release that a security event stopped in its stage starts again once the hold is lifted.</summary>
public sealed class StartAgainTests
{
    [Fact]
    public async Task A_release_that_was_stopped_where_it_ran_starts_again_after_the_hold_is_lifted()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        Assert.Equal("already-promoted", await PromoteAsync(stages, release));
        await stages.ExecuteAsync("DELETE FROM scheduler.task");
        await HoldAsync(stages, release);
        Assert.Equal("release-held", await PromoteAsync(stages, release));

        await stages.Get<ReleaseCommands>().UnholdAsync(Callers.Person("petros"), release.Digest, "A broken disk.", default);
        Assert.Null(await PromoteAsync(stages, release));
        await stages.RunJobsAsync();
        await stages.GoThroughAsync("qa");

        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, "qa"));
        Assert.Equal(2, (await stages.SlotAsync("qa"))!.Generation);
    }

    [Fact]
    public async Task A_release_that_was_stopped_on_its_way_starts_again_after_the_hold_is_lifted()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        var release = await stages.ReleaseAsync();
        await HoldAsync(stages, release);
        Assert.Equal(PromotionPhase.Failed, await stages.PhaseAsync(release, "qa"));

        await stages.Get<ReleaseCommands>().UnholdAsync(Callers.Person("petros"), release.Digest, null, default);
        Assert.Null(await PromoteAsync(stages, release));
        await stages.RunJobsAsync();
        await stages.GoThroughAsync("qa");

        Assert.Equal(PromotionPhase.Succeeded, await stages.PhaseAsync(release, "qa"));
    }

    [Fact]
    public async Task What_waits_for_the_hold_goes_on_as_soon_as_it_is_lifted()
    {
        await using var stages = await Stages.StartAsync("""
            stages:
              - { name: qa, cluster: qa, bake: 1s }
              - { name: production, cluster: production, after: qa, bake: 1s, gates: { soak: 5s } }
            """);
        var release = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        await HoldAsync(stages, release);
        await stages.PassAsync(7);
        Assert.Equal(PromotionPhase.Waiting, await stages.PhaseAsync(release, "production"));

        await stages.Get<ReleaseCommands>().UnholdAsync(Callers.Person("petros"), release.Digest, null, default);
        await stages.RunJobsAsync();

        Assert.Equal(PromotionPhase.Deploying, await stages.PhaseAsync(release, "production"));
    }

    private static async Task HoldAsync(Stages stages, Release release)
    {
        await stages.Get<HoldReleaseJob>().ExecuteAsync(release.Digest.ToString(), "digest-mismatch", "Other bytes.", default);
        await stages.RunJobsAsync();
    }

    private static async Task<string?> PromoteAsync(Stages stages, Release release) =>
        await stages.Commands.PromoteAsync(Callers.Person("maria"), release.Digest, "qa", null, default) is PromotionOutcome.Conflict c
            ? c.Code
            : null;
}
