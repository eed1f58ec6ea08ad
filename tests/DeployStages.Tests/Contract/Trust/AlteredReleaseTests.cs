using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Tests.Kit;

namespace Pipeline.DeployStages.Tests.Contract.Trust;

/// <summary>The stored document of a release is edited by hand, on its way through the stages.</summary>
public sealed class AlteredReleaseTests
{
    private const string Edit = "UPDATE artifact.release SET document = replace(document, './serve', './evil') WHERE number = 1";

    [Fact]
    public async Task A_release_that_waits_does_not_run_is_held_and_its_plan_can_still_be_read()
    {
        await using var stages = await Stages.StartAsync("""
            stages:
              - { name: qa, cluster: qa, bake: 1s }
              - { name: production, cluster: production, after: qa, gates: { soak: 5s } }
            """);
        var release = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        var before = await stages.IntakeAsync();
        await stages.ExecuteAsync(Edit);

        await stages.PassAsync(10);

        var waiting = await stages.PromotionAsync(release, "production");
        Assert.Equal(PromotionPhase.Waiting, waiting.Phase);
        Assert.Contains(waiting.Blockers, b => b.Sentence.StartsWith("The release is held: release-altered:", StringComparison.Ordinal));
        Assert.Equal(before, await stages.IntakeAsync());
        Assert.NotNull(await stages.Promotions.PlanAsync(waiting.Id, default));
    }

    [Fact]
    public async Task A_rollback_does_not_return_to_it()
    {
        await using var stages = await Stages.StartAsync(Stages.Single);
        await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");
        await stages.ExecuteAsync(Edit);
        var second = await stages.ReleaseAsync();
        await stages.GoThroughAsync("qa");

        var outcome = await stages.Commands.RollbackAsync(
            Callers.Person("maria"), (await stages.PromotionAsync(second, "qa")).Id, null, default);

        Assert.Equal("nothing-to-roll-back", Assert.IsType<PromotionOutcome.Conflict>(outcome).Code);
    }
}
