using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;
using Pipeline.Scheduler.Tests.Core.Harness;
using static Pipeline.Scheduler.Tests.Core.Harness.Rows;

namespace Pipeline.Scheduler.Tests.Core.Instances;

/// <summary>Which of the instances that are to leave may go.</summary>
public sealed class ReplacementPlannerTests
{
    [Theory]
    [InlineData(nameof(LeaveCause.IncrementalBounce))]
    [InlineData(nameof(LeaveCause.Replace))]
    [InlineData(nameof(LeaveCause.Drain))]
    [InlineData(nameof(LeaveCause.Unreachable))]
    public void One_goes_when_its_own_replacement_is_healthy(string cause)
    {
        var leaver = Healthy("v1", 1).Leaves(Enum.Parse<LeaveCause>(cause));
        Assert.Equal(["v1.1.1"], Gone(2, leaver, Healthy("v1", 1, attempt: 2), Healthy("v1", 2)));
        Assert.Empty(Gone(2, leaver, Running("v1", 1, attempt: 2), Healthy("v1", 2)));
        Assert.Empty(Gone(2, leaver, Healthy("v1", 2)));
    }

    [Theory]
    [InlineData(nameof(LeaveCause.Bounce))]
    [InlineData(nameof(LeaveCause.DeployFailed))]
    public void A_full_bounce_goes_together_when_all_are_replaced(string cause)
    {
        var leavers = new[] { Healthy("v1", 1), Healthy("v1", 2) }.Select(t => t.Leaves(Enum.Parse<LeaveCause>(cause))).ToArray();
        Assert.Equal(["v1.1.1", "v1.2.1"], Gone(2, [.. leavers, Healthy("v1", 1, attempt: 2), Healthy("v1", 2, attempt: 2)]));
        Assert.Empty(Gone(2, [.. leavers, Healthy("v1", 1, attempt: 2), Running("v1", 2, attempt: 2)]));
    }

    [Fact]
    public void One_whose_place_is_not_wanted_any_more_goes_when_the_others_serve()
    {
        var leaver = Healthy("v1", 3).Leaves(LeaveCause.Drain);
        Assert.Equal(["v1.3.1"], Gone(2, leaver, Healthy("v1", 1), Healthy("v1", 2)));
        Assert.Empty(Gone(2, leaver, Healthy("v1", 1), Running("v1", 2)));
    }

    [Fact]
    public void A_replaced_one_that_serves_stays_while_another_place_is_empty()
    {
        var leaver = Healthy("v1", 1).Leaves(LeaveCause.Drain);
        Assert.Empty(Gone(3, leaver, Healthy("v1", 1, attempt: 2), Healthy("v1", 2)));
        var deaf = Running("v1", 1).Leaves(LeaveCause.Drain);
        Assert.Equal(["v1.1.1"], Gone(3, deaf, Healthy("v1", 1, attempt: 2), Healthy("v1", 2)));
    }

    [Fact]
    public void Only_as_many_go_as_can_be_spared()
    {
        var gone = Gone(
            3, Healthy("v1", 1).Leaves(LeaveCause.Drain), Healthy("v1", 2).Leaves(LeaveCause.Drain), Healthy("v1", 1, attempt: 2),
            Healthy("v1", 2, attempt: 2));
        Assert.Equal(["v1.1.1"], gone);
    }

    [Fact]
    public void One_that_became_healthy_releases_its_own_place_or_what_was_held_back()
    {
        var (state, planner) = Planner(
            Request(), 3, Healthy("v1", 1).Leaves(LeaveCause.Drain), Healthy("v1", 1, attempt: 2),
            Running("v1", 2).Leaves(LeaveCause.Drain), Running("v1", 2, attempt: 2));
        // After a change of leader everything may be held back: one look settles that.
        Assert.Empty(planner.Replaced(Request(), state.Deploys["v1"], Healthy("v1", 9)));
        var second = Healthy("v1", 2, attempt: 2);
        state.Save(second);
        Assert.Equal(["v1.2.1"], Ids(planner.Replaced(Request(), state.Deploys["v1"], second)));
    }

    [Fact]
    public void A_pause_lets_go_who_is_out_of_sight_for_good()
    {
        var overrides = RequestOverrides.None with { Pause = new PauseOverride(false, Change()) };
        var lost = Healthy("v1", 1).Leaves(LeaveCause.Unreachable) with { Phase = TaskPhase.Unreachable };
        var (state, planner) = Planner(Request(overrides: overrides), 2, lost, Healthy("v1", 2));
        Assert.Equal(["v1.1.1"], Ids(planner.Replaced(state.Requests["web"], state.Deploys["v1"], null)));
        Assert.Empty(planner.Replaced(Request(), state.Deploys["v1"], null));
    }

    [Fact]
    public void Instances_of_a_failed_deploy_serve_until_those_before_are_back()
    {
        TaskRecord[] failed = [.. Enumerable.Range(1, 3).Select(i => Healthy("v2", i).Leaves(LeaveCause.DeployFailed))];
        Assert.Equal(["v2.3.1"], GoneOfFailed(3, [.. failed, Healthy("v1", 1)]));
        Assert.Equal(["v2.2.1", "v2.3.1"], GoneOfFailed(3, [.. failed, Healthy("v1", 1), Healthy("v1", 2)]));
        Assert.Equal(3, GoneOfFailed(3, [.. failed, Healthy("v1", 1), Healthy("v1", 2), Healthy("v1", 3)]).Count);
        Assert.Empty(GoneOfFailed(3, failed));
    }

    [Fact]
    public void Of_a_failed_deploy_what_does_not_serve_goes_first()
    {
        TaskRecord[] failed =
        [
            Running("v2", 1).Leaves(LeaveCause.DeployFailed), Healthy("v2", 2).Leaves(LeaveCause.DeployFailed),
            Healthy("v2", 3).Leaves(LeaveCause.DeployFailed),
        ];
        Assert.Equal(["v2.1.1"], GoneOfFailed(3, [.. failed, Healthy("v1", 1)]));
        Assert.Equal(["v2.3.1", "v2.1.1"], GoneOfFailed(3, [.. failed, Healthy("v1", 1), Healthy("v1", 2)]));
    }

    private static IReadOnlyList<string> GoneOfFailed(int instances, TaskRecord[] tasks)
    {
        var state = State(Request(), [Deploy("v1", instances), Deploy("v2", instances, DeployState.Failed)], tasks);
        return Ids(new ReplacementPlanner(state, new InstanceTargets(state), new LeavingTasks(state, Settings))
            .Replaced(Request(), state.Deploys["v2"], null));
    }

    private static IReadOnlyList<string> Gone(int instances, params TaskRecord[] tasks)
    {
        var (state, planner) = Planner(Request(), instances, tasks);
        return Ids(planner.Replaced(Request(), state.Deploys["v1"], null));
    }

    private static (ClusterState State, ReplacementPlanner Planner) Planner(Request request, int instances, params TaskRecord[] tasks)
    {
        var state = State(request, [Deploy("v1", instances)], tasks);
        return (state, new ReplacementPlanner(state, new InstanceTargets(state), new LeavingTasks(state, Settings)));
    }

    private static IReadOnlyList<string> Ids(IEnumerable<TaskRecord> tasks) => [.. tasks.Select(t => t.Id)];
}
