using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Ui.Actions;
using Pipeline.Ui.Actions.Scheduling;

namespace Pipeline.Ui.Tests.Actions;

/// <summary>Which actions an object offers in which state, and how the dialogs word them.</summary>
public sealed class ActionCatalogTests : UiTest
{
    private static readonly DateTimeOffset Now = new(2026, 3, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly ResourcesView Nothing = new(0, 0, 0);

    [Theory]
    [InlineData("service", "scale,bounce,pause,unpause", "skip-health,priority,remove")]
    [InlineData("worker", "scale,bounce,pause,unpause", "skip-health,priority,remove")]
    [InlineData("cron", "run,pause,unpause", "priority,remove")]
    [InlineData("on-demand", "run,pause,unpause", "priority,remove")]
    [InlineData("run-once", "pause,unpause", "priority,remove")]
    public void A_request_offers_what_fits_its_kind(string kind, string daily, string rare)
    {
        var request = Request(kind);

        Assert.Equal(daily.Split(','), Service<RequestActions>().Of(request, 2).Select(a => a.TestId));
        Assert.Equal(rare.Split(','), Service<RequestActions>().MoreOf(request).Select(a => a.TestId));
    }

    [Fact]
    public void A_request_without_a_deploy_cannot_be_scaled_bounced_or_run()
    {
        foreach (var kind in new[] { "service", "cron" })
        {
            var actions = Service<RequestActions>().Of(Request(kind) with { ActiveDeploy = null }, null);
            Assert.All(actions.Where(a => a.TestId is "scale" or "bounce" or "run"), a => Assert.Equal("Nothing is deployed yet.",
                a.Unavailable));
            Assert.Contains(actions, a => a.Unavailable is null);
        }
    }

    [Fact]
    public void A_paused_request_says_who_paused_it_and_can_be_unpaused()
    {
        var actions = Service<RequestActions>().Of(Request("service", Change("pause")), 2);

        Assert.Equal("Already paused by person:nikos.", actions.Single(a => a.TestId == "pause").Unavailable);
        Assert.Null(actions.Single(a => a.TestId == "unpause").Unavailable);
        Assert.NotNull(Service<RequestActions>().Of(Request("service"), 2).Single(a => a.TestId == "unpause").Unavailable);
    }

    [Fact]
    public void Only_a_request_in_cooldown_can_leave_it()
    {
        Assert.DoesNotContain(Service<RequestActions>().Of(Request("service"), 2), a => a.TestId == "exit-cooldown");
        Assert.Contains(Service<RequestActions>().Of(Request("service", Change("cooldown")), 2), a => a.TestId == "exit-cooldown");
        Assert.Contains(Service<RequestActions>().Of(Request("service") with { State = "cooldown" }, 2), a => a.TestId == "exit-cooldown");
    }

    [Theory]
    [InlineData("scale", true)]
    [InlineData("pause", true)]
    [InlineData("skip-health", true)]
    [InlineData("priority", true)]
    [InlineData("bounce", true)]
    [InlineData("cooldown", true)]
    [InlineData("a-change-of-a-newer-server", false)]
    public void Each_change_can_be_ended_before_it_expires(string what, bool canEnd)
    {
        var actions = Service<RequestActions>().EndOf(Request("service", Change(what)), Change(what));

        Assert.Equal(canEnd ? [$"end-{what}"] : [], actions.Select(a => a.TestId));
        Assert.All(actions, a => Assert.False(a.Questions.Duration));
    }

    [Theory]
    [InlineData("active", "activate")]
    [InlineData("frozen", "freeze")]
    [InlineData("draining", "drain")]
    [InlineData("decommissioned", "decommission")]
    [InlineData("dead", null)]
    public void An_agent_and_a_rack_do_not_become_what_they_are(string state, string? same)
    {
        var agent = new AgentView("c", "a1", "host-1", "", "", "r1", new Dictionary<string, string>(), state, Nothing, Nothing, 3, Now);
        var rack = new RackView("c", "r1", state, new Dictionary<string, int> { ["active"] = 2 }, Nothing, Nothing, 1, null);
        foreach (var actions in new[] { Service<MachineActions>().Of(agent), Service<MachineActions>().Of(rack) })
        {
            Assert.Equal(["freeze", "drain", "decommission", "activate"], actions.Select(a => a.TestId));
            Assert.Equal(same is null ? [] : [same], actions.Where(a => a.Unavailable is not null).Select(a => a.TestId));
        }

        Assert.Contains("3 tasks", Service<MachineActions>().Of(agent)[0].Consequence, StringComparison.Ordinal);
        Assert.Contains("1 task on 2 agents", Service<MachineActions>().Of(rack)[0].Consequence, StringComparison.Ordinal);
        Assert.Equal("r1", Service<MachineActions>().Of(rack)[2].Questions.NameToRepeat);
    }

    [Theory]
    [InlineData("running", false, "replace,kill,destroy")]
    [InlineData("running", true, "kill,destroy")]
    public void A_task_offers_what_fits(string state, bool isRun, string offered) =>
        Assert.Equal(offered.Split(','), Service<TaskActions>().Of(Task(state), isRun).Select(a => a.TestId));

    [Fact]
    public void A_task_that_ended_offers_nothing_and_a_pending_one_cannot_be_replaced()
    {
        Assert.Empty(Service<TaskActions>().Of(Task("finished") with { EndedAt = Now }, false));
        Assert.Equal("The task is not running yet.", Service<TaskActions>().Of(Task("pending"), false).Single(a =>
            a.TestId == "replace").Unavailable);
    }

    [Theory]
    [InlineData("deploying", "service", false, "cancel-deploy")]
    [InlineData("deploying", "service", true, "advance,reject,cancel-deploy")]
    [InlineData("retiring", "service", false, "cancel-deploy")]
    [InlineData("deploying", "run-once", false, "cancel-run")]
    [InlineData("active", "service", false, "")]
    [InlineData("failed", "service", false, "")]
    public void A_deploy_offers_what_fits_its_state(string state, string kind, bool isIncremental, string offered)
    {
        var deploy = Deploy(state, kind) with { Rollout = isIncremental ? new RolloutView(1, 3, 0, null, "manual", 0) : null };

        Assert.Equal(offered.Length == 0 ? [] : offered.Split(','), Service<DeployActions>().Of(deploy).Select(a => a.TestId));
        Assert.Empty(Service<DeployActions>().Of(deploy with { EndedAt = Now }));
    }

    [Fact]
    public void A_group_is_accepted_or_rejected_when_it_is_healthy_and_a_rejection_needs_a_reason()
    {
        var waits = Service<DeployActions>().Of(Deploy("deploying", "service") with { Rollout = new RolloutView(1, 3, 0, null, "manual",
            0) });
        var ready = Service<DeployActions>().Of(Deploy("deploying", "service") with { Rollout = new RolloutView(1, 3, 0, Now, "manual",
            0) });

        Assert.Equal(["advance", "reject"], waits.Where(a => a.Unavailable is not null).Select(a => a.TestId));
        Assert.All(ready, a => Assert.Null(a.Unavailable));
        Assert.True(ready.Single(a => a.TestId == "reject").Questions.RequiresNote);
    }

    [Theory]
    [InlineData("subscribed", false, false)]
    [InlineData("disconnected", false, false)]
    [InlineData("removed", false, true)]
    [InlineData("failed-over", true, true)]
    public void Only_a_lost_framework_id_can_be_dropped_and_taken_over_unless_the_master_removed_it(
        string state, bool canTakeOver, bool canDrop)
    {
        var actions = Service<ClusterActions>().Of(Cluster(state), null, null);

        Assert.Equal(canTakeOver, actions.Any(a => a.TestId == "take-over"));
        Assert.Equal(canDrop, actions.Any(a => a.TestId == "drop-id"));
        Assert.Equal(state == "subscribed", actions.Single(a => a.TestId == "reconcile").Unavailable is null);
    }

    [Fact]
    public void What_is_not_in_force_cannot_be_lifted()
    {
        var none = Service<ClusterActions>().Of(Cluster("subscribed"), null, null);
        var both = Service<ClusterActions>().Of(
            Cluster("subscribed"), new PriorityFreezeView(0.6m, false, "person:maria", null, Now, null), new PlacementForcedView("greedy",
            null, "person:maria", null, Now));

        Assert.Equal(["lift-freeze", "free-placement"], none.Where(a => a.Unavailable is not null).Select(a => a.TestId));
        Assert.DoesNotContain(both, a => a.Unavailable is not null);
        Assert.Equal(8, both.Single(a => a.TestId == "force-placement").Questions.Options.Count);
    }

    [Fact]
    public void What_cannot_be_undone_asks_for_the_name_and_looks_like_it()
    {
        PageAction[] all =
        [
            .. Service<MachineActions>().Of(new AgentView("c", "a1", "host-1", "", "", "r1", new Dictionary<string, string>(), "active",
                Nothing, Nothing, 0, Now)),
            .. Service<RequestActions>().Of(Request("service"), 1), .. Service<RequestActions>().MoreOf(Request("service")),
            .. Service<TaskActions>().Of(Task("running"), false), .. Service<ClusterActions>().Of(Cluster("failed-over"), null, null),
        ];

        Assert.Equal(["decommission", "remove", "destroy", "take-over", "drop-id"], all.Where(a =>
            a.Questions.NameToRepeat is not null).Select(a => a.TestId));
        Assert.All(all, a => Assert.Equal(a.Questions.NameToRepeat is not null, a.Css == "danger"));
        Assert.All(all, a => Assert.EndsWith(".", a.Consequence, StringComparison.Ordinal));
        Assert.All(all, a => Assert.Equal(Permission.Operate, a.Permission));
    }

    [Fact]
    public void The_answer_of_the_leader_reads_as_a_sentence()
    {
        Assert.Equal(new ActionResult(true, "Scale: recorded."), OperatorCall.Result("Scale", new OperatorAnswer(1, true, null, null)));
        Assert.Equal(new ActionResult(true, "Scale: recorded. From 2 to 3."), OperatorCall.Result("Scale", new OperatorAnswer(1, true,
            null, "From 2 to 3.")));
        Assert.Equal(new ActionResult(false, "Refused (drop): Too much."), OperatorCall.Result("Scale", new OperatorAnswer(1, false,
            "drop", "Too much.")));
        Assert.Contains("command 7", OperatorCall.Result("Scale", new OperatorAnswer(7, null, null, null)).Sentence,
            StringComparison.Ordinal);
    }

    private static RequestView Request(string kind, params RequestChangeView[] changes) =>
        new("c", "billing-api", kind, "active", "d1", null, 2, Now) { Changes = changes };

    private static RequestChangeView Change(string what) => new(what, "4", "person:nikos", "peak", Now, Now.AddHours(1));

    private static TaskView Task(string state) => new(
        "c", "t1", "billing-api", "d1", 1, 1, state, false, "a1", "host-1", "r1", [], Nothing, Now, Now, Now, null, null, null, null, null,
        null, null, null);

    private static DeployView Deploy(string state, string kind) => new("c", "d1", "billing-api", kind, state, 2, 1, 0, null, null, null,
        null, Now, null);

    private static ClusterView Cluster(string state) => new("lab", state, null, "f-1", null, null, null, null, 1, 0, 0, 0, 0, 0);
}
