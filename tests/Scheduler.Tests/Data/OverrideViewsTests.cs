using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data.Queries;

namespace Pipeline.Scheduler.Tests.Data;

public sealed class OverrideViewsTests
{
    private static readonly DateTimeOffset Since = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Change By = new(Actor.Person("ada"), "incident", Since, Since.AddHours(1));

    [Fact]
    public void A_request_without_overrides_shows_none() => Assert.Empty(OverrideViews.Of(RequestOverrides.None));

    [Fact]
    public void Each_override_is_shown_in_words_with_who_why_and_until_when()
    {
        var views = OverrideViews.Of(new RequestOverrides
        {
            Scale = new ScaleOverride(3, null, false, By), Pause = new PauseOverride(true, By), SkipHealth = new SkipHealthOverride(By),
            Priority = new PriorityOverride(0.75m, null, By), Bounce = new BounceOverride(true, 2, false, ["t1", "t2"], By),
            Cooldown = new CooldownOverride(Since, "crashed 5 times"),
        });
        Assert.Equal(
            [
                ("scale", "3 instances"), ("pause", "its tasks were killed"), ("skip-health", "running is enough"), ("priority", "0.75"),
                ("bounce", "2 at a time, 2 wait"), ("cooldown", "new starts wait"),
            ],
            views.Select(v => (v.What, v.Value)));
        Assert.All(views.SkipLast(1), v => Assert.Equal(("person:ada", "incident", Since.AddHours(1)), (v.By, v.Reason, v.Until!.Value)));
        Assert.Equal(("system:scheduler", "crashed 5 times"), (views[^1].By, views[^1].Reason));
    }

    [Fact]
    public void A_pause_that_kills_nothing_and_a_full_bounce_read_differently()
    {
        var views = OverrideViews.Of(new RequestOverrides { Pause = new PauseOverride(false, By),
            Bounce = new BounceOverride(false, 1, false, [], By) });
        Assert.Equal(["its tasks run on and are not replaced", "all instances"], views.Select(v => v.Value));
    }

    [Fact]
    public void A_freeze_of_priorities_is_shown_with_its_level() => Assert.Equal(
        new PriorityFreezeView(0.6m, true, "person:ada", "incident", Since, Since.AddHours(1)),
            OverrideViews.Of(new PriorityFreeze(0.6m, true, By)));

    [Fact]
    public void A_placement_is_shown_only_while_it_is_forced()
    {
        Assert.Null(OverrideViews.Of(PlacementForced.Nothing));
        Assert.Equal(
            new PlacementForcedView("spread-all", null, "person:ada", "incident", Since),
            OverrideViews.Of(PlacementForced.Nothing with { Strategy = PlacementStrategy.SpreadAll, Change = By }));
    }
}
