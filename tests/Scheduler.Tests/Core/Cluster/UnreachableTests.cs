using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Cluster;

/// <summary>Agents out of sight, launches without an answer, and what a master says when it lost or removed one.</summary>
public sealed class UnreachableTests
{
    [Fact]
    public void An_instance_is_replaced_after_the_time_of_its_request_and_the_returned_one_goes_when_the_newcomer_is_healthy()
    {
        var m = Running(new Unreachable(ReplaceAfter: TimeSpan.FromSeconds(30)));
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        m.Pass(TimeSpan.FromSeconds(29));
        Assert.Single(m.Live());
        m.Pass(TimeSpan.FromSeconds(2));
        m.Offer("a2");
        m.Run("v1.1.2");
        Assert.Equal((TaskPhase.Lost, FailureClass.Infra), (m.Task("v1.1.1").Phase, m.Task("v1.1.1").FailureClass!.Value));
        m.Say("v1.1.1", TaskState.Running, "REASON_AGENT_REREGISTERED", fromMaster: true);
        m.Do(new TaskLookedUp("v1.1.1", "a1", Known: true));
        Assert.Equal("v1.1.1", m.Calls<KillTask>().Single().TaskId);
        Assert.Equal("v1.1.2", m.Live().Single().Id);
    }

    [Fact]
    public void Of_two_the_returned_one_stays_while_the_newcomer_is_not_healthy()
    {
        var m = Running(new Unreachable(ReplaceAfter: TimeSpan.FromSeconds(30)));
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        m.Pass(TimeSpan.FromSeconds(31));
        m.Offer("a2");
        Assert.Equal(TaskPhase.Launching, m.Task("v1.1.2").Phase);
        m.Say("v1.1.1", TaskState.Running, "REASON_AGENT_REREGISTERED", fromMaster: true);
        Assert.Equal("v1.1.2", m.Calls<KillTask>().Single().TaskId);
        Assert.True(m.Task("v1.1.1").IsHealthy);
        m.Say("v1.1.2", TaskState.Killed);
        Assert.Equal(["v1.1.1"], m.Live().Select(t => t.Id));
    }

    [Fact]
    public void Never_and_at_once_are_what_they_say()
    {
        var never = Running(new Unreachable(Never: true));
        never.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        never.Pass(TimeSpan.FromMinutes(30));
        Assert.Single(never.Live());
        never.Say("v1.1.1", TaskState.GoneByOperator, "REASON_AGENT_REMOVED_BY_OPERATOR", fromMaster: true);
        Assert.Equal("v1.1.2", never.Live().Single().Id);

        var atOnce = Running(new Unreachable(ReplaceAfter: TimeSpan.Zero));
        atOnce.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        atOnce.Do(new Tick());
        Assert.Equal(["v1.1.1", "v1.1.2"], atOnce.Live().Select(t => t.Id));
    }

    [Fact]
    public void Where_the_returned_is_to_be_taken_up_again_the_surplus_leaves()
    {
        var m = Running(new Unreachable(ReplaceAfter: TimeSpan.Zero, KillReturned: false));
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        m.Do(new Tick());
        m.Offer("a2");
        m.Run("v1.1.2");
        Assert.Equal(TaskPhase.Unreachable, m.Task("v1.1.1").Phase);
        m.Say("v1.1.1", TaskState.Running, "REASON_AGENT_REREGISTERED", fromMaster: true);
        Assert.Equal("v1.1.2", m.Calls<KillTask>().Single().TaskId);
        Assert.True(m.Task("v1.1.1").IsHealthy);
    }

    [Fact]
    public void A_replaced_instance_out_of_sight_survives_a_restart_of_the_scheduler()
    {
        var m = Running(new Unreachable(ReplaceAfter: TimeSpan.Zero));
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        m.Do(new Tick());
        m.Restart();
        m.Offer("a2");
        m.Run("v1.1.2");
        Assert.Equal(["v1.1.2"], m.Live().Select(t => t.Id));
    }

    [Fact]
    public void Losing_agents_never_counts_against_a_deploy()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1, Machine.Ready)));
        for (var attempt = 1; attempt <= 6; attempt++)
        {
            m.Offer($"a{attempt}");
            m.Run($"v1.1.{attempt}");
            m.Say($"v1.1.{attempt}", TaskState.Unreachable, "REASON_AGENT_REMOVED", fromMaster: true);
            m.Pass(TimeSpan.FromSeconds(6));
        }

        Assert.Equal(0, m.Core.State.Deploys["v1"].Crashes);
        Assert.Empty(m.Events.OfType<DeployFailed>());
    }

    [Theory]
    [InlineData(TaskState.Gone)]
    [InlineData(TaskState.Dropped)]
    public void A_launch_without_an_answer_is_asked_about_until_there_is_one_then_tried_under_a_new_id(TaskState answer)
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");
        m.Pass(TimeSpan.FromSeconds(61));
        Assert.Contains(m.Calls<ReconcileTasks>(), c => c.Tasks.Any(t => t.TaskId == "build.1.1.1"));
        Assert.Single(m.Live());
        m.Say("build.1.1.1", answer, "REASON_RECONCILIATION", fromMaster: true);
        Assert.Equal("build.1.1.2", m.Live().Single().Id);
        Assert.Equal(0, m.Core.State.Deploys["build.1"].InfraFailures);
    }

    [Fact]
    public void A_drain_by_the_master_is_infra_and_its_second_word_changes_nothing()
    {
        var m = Running(new Unreachable());
        m.Say("v1.1.1", TaskState.Killing, "REASON_AGENT_DRAINING");
        m.Say("v1.1.1", TaskState.Killed, "REASON_AGENT_DRAINING");
        Assert.Equal(
            (FailureClass.Infra, "killed: the master drains its agent"), (m.Only<TaskFinished>().Class, m.Only<TaskFinished>().Reason));
        Assert.Equal("v1.1.2", m.Live().Single().Id);

        // With mark_gone both updates say so (recorded in 14c).
        m.Offer("a2");
        m.Run("v1.1.2");
        m.Say("v1.1.2", TaskState.GoneByOperator, "REASON_AGENT_DRAINING");
        m.Say("v1.1.2", TaskState.GoneByOperator, "REASON_AGENT_DRAINING");
        Assert.Equal("v1.1.3", m.Live().Single().Id);
        Assert.Equal(2, m.Events.OfType<TaskFinished>().Count());
    }

    [Fact]
    public void What_is_out_of_sight_and_not_wanted_any_more_is_given_up()
    {
        foreach (var policy in new[] { new Unreachable(Never: true), new Unreachable(ReplaceAfter: TimeSpan.Zero) })
        {
            var m = Running(policy);
            m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
            m.Do(new Tick());
            m.Do(new SubmitDeployCommand(Machine.Web("v2", 1)));
            m.OfferAll(2);
            m.RunAll();
            m.Bury();
            m.Pass(TimeSpan.FromSeconds(6));
            Assert.Equal(["v2.1.1"], m.Live().Where(t => t.Phase != TaskPhase.Killing).Select(t => t.Id));
        }
    }

    [Fact]
    public void What_was_killed_out_of_sight_has_its_grace_when_it_returns()
    {
        var m = Running(new Unreachable(Never: true));
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        m.Ask(new KillTaskCommand("v1.1.1", "stuck", Actor.Person("eleni")));
        var lost = m.Calls<KillTask>().Count;

        m.Say("v1.1.1", TaskState.Running);

        var kill = Assert.Single(m.Calls<KillTask>().Skip(lost));
        Assert.Equal(TimeSpan.FromSeconds(10), kill.Grace);
        m.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.Zero, m.Calls<KillTask>()[^1].Grace);
    }

    private static Machine Running(Unreachable unreachable)
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1) with { Options = DeployOptions.Default with { Unreachable = unreachable } }));
        m.Offer("a1");
        m.Run("v1.1.1");
        Assert.True(m.Task("v1.1.1").IsHealthy);
        return m;
    }
}
