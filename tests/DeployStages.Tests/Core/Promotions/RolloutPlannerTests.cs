using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Core.Promotions;

public sealed class RolloutPlannerTests
{
    private static readonly RolloutState Healthy = new(true, null);
    private static readonly RolloutState Unhealthy = new(false, null);
    private static readonly RolloutState Broken = new(true, new RolloutFailure(FailureClass.Config, "web: no such image."));

    [Theory]
    [InlineData(PromotionPhase.Deploying)]
    [InlineData(PromotionPhase.RollingBack)]
    public void Deploys_that_are_all_healthy_end_the_roll_out(PromotionPhase phase)
    {
        Assert.Equal(
            new DeploysBecameHealthy(Sample.Now), RolloutPlanner.EventOf(Sample.In(phase), Sample.Stage(), Healthy, Sample.Now));
        Assert.Null(RolloutPlanner.EventOf(Sample.In(phase), Sample.Stage(), Unhealthy, Sample.Now));
    }

    [Theory]
    [InlineData(PromotionPhase.Deploying)]
    [InlineData(PromotionPhase.Baking)]
    [InlineData(PromotionPhase.RollingBack)]
    public void A_failure_comes_first_whatever_else_is_healthy(PromotionPhase phase) => Assert.Equal(
        new DeployBroke(Sample.Now, FailureClass.Config, "web: no such image."),
        RolloutPlanner.EventOf(Sample.In(phase), Sample.Stage(), Broken, Sample.Now));

    [Fact]
    public void A_bake_succeeds_from_its_end_on_when_every_instance_is_healthy()
    {
        var found = Sample.Around(Sample.Now).Select(m => EventAt(m.At, Healthy)?.Name);
        Assert.Equal([null, "bake.elapsed", "bake.elapsed"], found);
    }

    [Fact]
    public void A_bake_that_is_not_healthy_has_the_budget_of_a_deploy_to_become_so()
    {
        Assert.Null(EventAt(Sample.Now.AddMinutes(1), Unhealthy));
        var found = Sample.Around(Sample.Now.AddMinutes(2)).Select(m => EventAt(m.At, Unhealthy)).ToList();
        Assert.Null(found[0]);
        Assert.Equal(
            new DeployBroke(Sample.Now.AddMinutes(2), FailureClass.Health, "Not every instance was healthy again after the bake."),
            found[1]);
        Assert.IsType<DeployBroke>(found[2]);
    }

    private static PromotionEvent? EventAt(DateTimeOffset now, RolloutState deploys) =>
        RolloutPlanner.EventOf(Sample.In(PromotionPhase.Baking, Sample.Good), Sample.Stage(), deploys, now);
}
