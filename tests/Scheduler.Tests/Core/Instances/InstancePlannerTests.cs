using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Targets;
using Pipeline.Scheduler.Tests.Core.Harness;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Instances;

/// <summary>What is missing of a deploy, and what is too much.</summary>
public sealed class InstancePlannerTests
{
    private static readonly RequestOverrides Paused = RequestOverrides.None with { Pause = new PauseOverride(false, Change()) };
    private static readonly RequestOverrides PausedAndKilled = RequestOverrides.None with { Pause = new PauseOverride(true, Change()) };

    [Fact]
    public void A_live_deploy_is_balanced() => Assert.NotNull(Planner(Request(), [Deploy("v1", 2)]).Find("web", "v1"));

    [Fact]
    public void A_request_or_a_deploy_that_is_gone_is_not()
    {
        var planner = Planner(Request(), [Deploy("v1", 2)]);
        Assert.Null(planner.Find("other", "v1"));
        Assert.Null(planner.Find("web", "v9"));
    }

    [Fact]
    public void A_deploy_that_ended_is_not_balanced_though_it_has_tasks() =>
        Assert.Null(Planner(Request(), [Deploy("v1", 2, DeployState.Failed)], Running("v1", 1)).Find("web", "v1"));

    [Fact]
    public void A_pause_that_lets_tasks_run_leaves_all_but_a_roll_out_alone()
    {
        Assert.Null(Planner(Request(overrides: Paused), [Deploy("v1", 2)]).Find("web", "v1"));
        Assert.NotNull(Planner(Request(overrides: Paused), [Deploy("v1", 2, DeployState.Deploying)]).Find("web", "v1"));
        Assert.NotNull(Planner(Request(overrides: PausedAndKilled), [Deploy("v1", 2)]).Find("web", "v1"));
    }

    [Fact]
    public void The_lowest_empty_places_are_filled()
    {
        var (planner, request, deploy) = Found(Request(), [Deploy("v1", 4)], Healthy("v1", 2), Running("v1", 3));
        Assert.Equal(1, planner.Missing(request, deploy, 1));
        Assert.Equal(4, planner.Missing(request, deploy, 2));
    }

    [Fact]
    public void A_full_deploy_misses_nothing()
    {
        var (planner, request, deploy) = Found(Request(), [Deploy("v1", 2)], Healthy("v1", 1), Pending("v1", 2));
        Assert.Null(planner.Missing(request, deploy, 1));
        Assert.Null(planner.SurplusOf(request, deploy));
    }

    [Fact]
    public void Who_leaves_or_is_retired_fills_no_place()
    {
        var (planner, request, deploy) = Found(
            Request(), [Deploy("v1", 2)], Healthy("v1", 1).Leaves(LeaveCause.Drain),
                Healthy("v1", 2) with { KillCause = KillCause.Retired });
        Assert.Equal(1, planner.Missing(request, deploy, 1));
        Assert.Equal(2, planner.Missing(request, deploy, 2));
    }

    [Fact]
    public void Nothing_starts_of_a_deploy_that_did_not_verify()
    {
        var (planner, request, deploy) = Found(Request(), [Deploy("v1", 2) with { FailureClass = FailureClass.Security }],
            Healthy("v1", 1));
        Assert.Null(planner.Missing(request, deploy, 1));
    }

    [Fact]
    public void Scaled_down_the_highest_numbers_leave()
    {
        var (planner, request, deploy) = Found(Request(), [Deploy("v1", 1)], Running("v1", 1), Healthy("v1", 2), Healthy("v1", 3));
        var surplus = planner.SurplusOf(request, deploy)!;
        Assert.Equal(["v1.3.1", "v1.2.1"], surplus.Leavers.Select(t => t.Id));
        Assert.Equal((1, false, "1 instances are wanted"), (surplus.Target, surplus.IsMakingRoom, surplus.Reason));
    }

    [Fact]
    public void With_rack_sensitivity_the_fullest_rack_is_relieved_first()
    {
        var options = DeployOptions.Default with { Placement = new Placement(RackSensitive: true) };
        var (planner, request, deploy) = Found(
            Request(), [Deploy("v1", 2, options: options)], Healthy("v1", 1), Healthy("v1", 2), Healthy("v1", 3),
            Healthy("v1", 4, agent: "a2", rack: "r2"), Healthy("v1", 5, agent: "a2", rack: "r2"), Pending("v1", 6));
        Assert.Equal(["v1.6.1", "v1.3.1", "v1.5.1", "v1.2.1"], planner.SurplusOf(request, deploy)!.Leavers.Select(t => t.Id));
    }

    [Fact]
    public void Making_room_the_lowest_leave_but_what_does_not_serve_before_what_does()
    {
        var next = Deploy("v2", 3, DeployState.Deploying);
        next = next with { Progress = next.Progress with { Proven = 2 } };
        var (planner, request, deploy) = Found(
            Request(pending: "v2"), [Deploy("v1", 3), next], Healthy("v1", 1), Healthy("v1", 2), Running("v1", 3));
        var surplus = planner.SurplusOf(request, deploy)!;
        Assert.Equal(["v1.3.1", "v1.1.1"], surplus.Leavers.Select(t => t.Id));
        Assert.Equal((1, true, "made room for deploy v2"), (surplus.Target, surplus.IsMakingRoom, surplus.Reason));
    }

    [Fact]
    public void Of_two_for_one_place_the_healthy_one_stays_or_else_the_older()
    {
        Assert.Equal(("v1.1.1", "instance 1 runs as v1.1.2"), DuplicateOf(Running("v1", 1), Healthy("v1", 1, attempt: 2)));
        Assert.Equal(("v1.1.2", "instance 1 runs as v1.1.1"), DuplicateOf(Healthy("v1", 1), Running("v1", 1, attempt: 2)));
        Assert.Equal(("v1.1.2", "instance 1 runs as v1.1.1"), DuplicateOf(Running("v1", 1), Running("v1", 1, attempt: 2)));
        Assert.Equal(("v1.1.2", "instance 1 runs as v1.1.1"), DuplicateOf(Healthy("v1", 1), Healthy("v1", 1, attempt: 2)));
    }

    [Fact]
    public void One_beside_its_replacement_is_no_duplicate() =>
        Assert.Null(Planner(Request(), [Deploy("v1", 1)], Healthy("v1", 1).Leaves(LeaveCause.Bounce), Running("v1", 1, attempt: 2))
            .DuplicateOf(Deploy("v1", 1)));

    [Fact]
    public void A_plan_holds_while_neither_the_rows_nor_the_target_change()
    {
        var state = State(Request(), [Deploy("v1", 1)], Healthy("v1", 1), Healthy("v1", 2));
        var planner = new InstancePlanner(state, new InstanceTargets(state));
        var (request, deploy) = planner.Find("web", "v1")!.Value;
        var surplus = planner.SurplusOf(request, deploy)!;
        Assert.True(planner.Holds(surplus, request, deploy));
        state.Save(request with { Overrides = RequestOverrides.None with { Scale = new ScaleOverride(2, null, false, Change()) } });
        Assert.False(planner.Holds(surplus, request, deploy));
    }

    private static (string, string)? DuplicateOf(params TaskRecord[] tasks) =>
        Planner(Request(), [Deploy("v1", 1)], tasks).DuplicateOf(Deploy("v1", 1)) is var (goes, reason) ? (goes.Id, reason) : null;

    private static InstancePlanner Planner(Request request, IReadOnlyList<Deploy> deploys, params TaskRecord[] tasks)
    {
        var state = State(request, deploys, tasks);
        return new InstancePlanner(state, new InstanceTargets(state));
    }

    private static (InstancePlanner Planner, Request Request, Deploy Deploy) Found(
        Request request, IReadOnlyList<Deploy> deploys, params TaskRecord[] tasks)
    {
        var planner = Planner(request, deploys, tasks);
        var (found, deploy) = planner.Find("web", "v1")!.Value;
        return (planner, found, deploy);
    }
}
