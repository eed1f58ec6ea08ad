using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Deploys;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Core.Deploys;

public sealed class DeployHealthTests
{
    [Theory]
    [InlineData("service", "active", 2, 2, true)]
    [InlineData("service", "active", 2, 3, true)]
    [InlineData("service", "active", 2, 1, false)]
    [InlineData("service", "active", 0, 0, true)]
    [InlineData("worker", "active", 1, 1, true)]
    [InlineData("worker", "deploying", 1, 0, false)]
    [InlineData("cron", "active", 1, 0, true)]
    [InlineData("cron", "superseded", 1, 1, false)]
    [InlineData("on-demand", "active", 1, 0, true)]
    [InlineData("run-once", "succeeded", 1, 0, true)]
    [InlineData("run-once", "failed", 1, 0, false)]
    [InlineData("run-once", "deploying", 1, 0, false)]
    public void What_is_in_order(string kind, string state, int instances, int healthy, bool inOrder) =>
        Assert.Equal(inOrder, DeployHealth.IsInOrder(Sample.Deploy(kind, state, instances, healthy)));

    [Theory]
    [InlineData("service", true)]
    [InlineData("worker", true)]
    [InlineData("cron", false)]
    [InlineData("on-demand", false)]
    [InlineData("run-once", false)]
    public void What_runs_all_the_time(string kind, bool expected) =>
        Assert.Equal(expected, DeployHealth.RunsAllTheTime(Sample.Deploy(kind)));

    [Theory]
    [InlineData("app", 0, true)]
    [InlineData("health", 1, true)]
    [InlineData("config", 5, true)]
    [InlineData("security", 5, true)]
    [InlineData("infra", 5, false)]
    [InlineData(null, 5, false)]
    [InlineData("app", -1, false)]
    public void A_failure_of_the_release_counts_from_the_moment_it_was_healthy(string? failure, int secondsAfter, bool counts)
    {
        Assert.Equal(counts, DeployHealth.IsFailureOfRelease(Sample.Ended(failure, Sample.Now.AddSeconds(secondsAfter)), Sample.Now));
        Assert.False(DeployHealth.IsFailureOfRelease(Sample.Ended(failure, null), Sample.Now));
        Assert.False(DeployHealth.IsFailureOfRelease(Sample.Ended(failure, Sample.Now), null));
    }

    [Theory]
    [InlineData("health", FailureClass.Health)]
    [InlineData("Infra", FailureClass.Infra)]
    [InlineData("security", FailureClass.Security)]
    [InlineData(null, FailureClass.App)]
    [InlineData("unheard-of", FailureClass.App)]
    public void A_failure_without_a_known_class_is_the_release_s(string? text, FailureClass expected) =>
        Assert.Equal(expected, DeployHealth.ClassOf(text));

    public static TheoryData<PromotionPhase?, string?, int, string> Cells => new()
    {
        { null, "service active 2", 2, "healthy" },
        { null, "service active 1", 2, "degraded" },
        { null, "service active 3", 2, "healthy" },
        { null, "worker active 0", 1, "degraded" },
        { null, "cron active 0", 1, "active" },
        { null, "cron cancelled 0", 1, "degraded" },
        { null, "run-once succeeded 0", 1, "succeeded" },
        { null, "run-once failed 0", 1, "degraded" },
        { null, null, 1, "degraded" },
        { null, null, 0, "healthy" },
        { PromotionPhase.Deploying, "service active 2", 2, "deploying" },
        { PromotionPhase.Baking, "service active 0", 2, "baking" },
        { PromotionPhase.RollingBack, null, 2, "rolling-back" },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_cell_of_the_matrix_shows_a_move_before_health(PromotionPhase? moving, string? deploy, int instances, string state)
    {
        var view = deploy?.Split(' ') is [var kind, var word, var healthy]
            ? Sample.Deploy(kind, word, instances, healthy[0] - '0')
            : null;
        Assert.Equal(state, CellState.Of(moving, view, instances));
    }

    [Fact]
    public void A_cell_where_nothing_runs_is_absent_unless_something_is_on_its_way()
    {
        Assert.Equal("absent", CellState.OfAbsent(null));
        Assert.Equal("deploying", CellState.OfAbsent(PromotionPhase.Deploying));
    }
}
