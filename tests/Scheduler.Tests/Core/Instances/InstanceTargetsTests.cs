using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Targets;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Instances;

/// <summary>How many instances a deploy should have.</summary>
public sealed class InstanceTargetsTests
{
    [Fact]
    public void A_deploy_in_force_has_its_own_number_or_that_of_a_scale()
    {
        Assert.Equal(3, Target(Request(), Deploy("v1", 3)));
        Assert.Equal(5, Target(Request(overrides: Scaled(5)), Deploy("v1", 3)));
        Assert.Equal(0, Target(Request(overrides: Scaled(0)), Deploy("v1", 3)));
    }

    [Fact]
    public void A_number_that_follows_the_agents_is_below_a_scale()
    {
        var deploy = Deploy("v1", 3);
        var targets = new InstanceTargets(State(Request(), [deploy]));
        Assert.True(targets.SetAgentCount("v1", 7));
        Assert.False(targets.SetAgentCount("v1", 7));
        Assert.Equal((7, 5), (targets.WantedOf(Request(), deploy), targets.WantedOf(Request(overrides: Scaled(5)), deploy)));
        Assert.True(targets.SetAgentCount("v1", null));
        Assert.False(targets.SetAgentCount("v1", null));
        Assert.Equal(3, targets.WantedOf(Request(), deploy));
    }

    [Fact]
    public void Numbers_of_deploys_that_are_gone_are_forgotten()
    {
        var targets = new InstanceTargets(State(Request(), [Deploy("v1", 3)]));
        targets.SetAgentCount("v1", 7);
        targets.SetAgentCount("v0", 7);
        targets.ForgetEndedDeploys();
        Assert.False(targets.SetAgentCount("v1", 7));
        Assert.True(targets.SetAgentCount("v0", 7));
    }

    [Theory]
    [InlineData(nameof(RequestState.Removing))]
    [InlineData(nameof(RequestState.Removed))]
    public void A_request_that_goes_has_none(string state) =>
        Assert.Equal(0, Target(Request() with { State = Enum.Parse<RequestState>(state) }, Deploy("v1", 3)));

    [Fact]
    public void A_deploy_that_ended_and_one_that_only_runs_by_schedule_have_none()
    {
        Assert.Equal(0, Target(Request(), Deploy("v1", 3, DeployState.Superseded)));
        var cron = Deploy("v1", 3);
        Assert.Equal(0, Target(Request(), cron with { Spec = cron.Spec with { Kind = RequestKind.Cron } }));
    }

    [Fact]
    public void A_pause_that_kills_leaves_none_but_those_of_a_roll_out()
    {
        var overrides = RequestOverrides.None with { Pause = new PauseOverride(true, Change()) };
        Assert.Equal(0, Target(Request(overrides: overrides), Deploy("v1", 3)));
        Assert.Equal(3, Target(Request(overrides: overrides), Deploy("v1", 3, DeployState.Deploying)));
        var running = RequestOverrides.None with { Pause = new PauseOverride(false, Change()) };
        Assert.Equal(3, Target(Request(overrides: running), Deploy("v1", 3)));
    }

    [Theory]
    [InlineData(0, 3, false)]
    [InlineData(1, 2, true)]
    [InlineData(3, 0, true)]
    [InlineData(9, 0, true)]
    public void The_deploy_in_force_makes_room_for_what_a_newer_one_proved(int proven, int expected, bool makesRoom)
    {
        var (targets, request, deploy) = WithNewer(proven, []);
        Assert.Equal((expected, makesRoom), (targets.TargetOf(request, deploy), targets.IsMakingRoom(request, deploy)));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    [InlineData(0, 3)]
    public void It_is_needed_while_the_newer_one_does_not_serve(int healthy, int expected)
    {
        var newer = Enumerable.Range(1, 2).Select(i => i <= healthy ? Healthy("v2", i) : Running("v2", i)).ToArray();
        var (targets, request, deploy) = WithNewer(2, newer);
        Assert.Equal(expected, targets.NeededOf(request, deploy));
    }

    [Fact]
    public void Who_makes_no_room_is_needed_as_it_should_be()
    {
        var (targets, request, deploy) = WithNewer(0, []);
        Assert.Equal(3, targets.NeededOf(request, deploy));
        Assert.False(targets.IsMakingRoom(request, deploy with { State = DeployState.Deploying }));
        Assert.False(targets.IsMakingRoom(request with { PendingDeploy = null }, deploy));
        Assert.False(targets.IsMakingRoom(request with { State = RequestState.Removing }, deploy));
    }

    private static (InstanceTargets Targets, Request Request, Deploy Deploy) WithNewer(int proven, TaskRecord[] newer)
    {
        var next = Deploy("v2", 3, DeployState.Deploying);
        next = next with { Progress = next.Progress with { Proven = proven } };
        var (request, deploy) = (Request(pending: "v2"), Deploy("v1", 3));
        return (new InstanceTargets(State(request, [deploy, next], newer)), request, deploy);
    }

    private static RequestOverrides Scaled(int instances) =>
        RequestOverrides.None with { Scale = new ScaleOverride(instances, null, false, Change()) };

    private static int Target(Request request, Deploy deploy) => new InstanceTargets(State(request, [deploy])).TargetOf(request, deploy);
}
