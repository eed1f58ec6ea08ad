using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Cluster;

/// <summary>Agents that were removed or taken for dead and are there after all, with what ran on them.</summary>
public sealed class ReturningAgentTests
{
    [Theory]
    [InlineData(MachineAction.Drain, "Frozen")]
    [InlineData(MachineAction.Decommission, "Decommissioned")]
    public void What_drains_is_not_empty_while_a_task_may_come_back_to_it(MachineAction action, string end)
    {
        var m = Running(new Unreachable(ReplaceAfter: TimeSpan.FromMinutes(10)));
        m.On(action, "a1");
        m.Receive(new AgentRemoved("a1"));
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);

        Assert.Equal(MachineState.Draining, m.StateOf("a1"));
        Assert.Contains("v1.1.1 is unreachable", m.Whys["agent/a1"].Summary, StringComparison.Ordinal);

        m.Say("v1.1.1", TaskState.Running, "REASON_AGENT_REREGISTERED", fromMaster: true);
        Assert.Equal(AgentState.Active, m.Agents["a1"].State);
        m.Offer("a2");
        m.Run("v1.1.2");
        Assert.Equal("v1.1.1", m.Calls<KillTask>().Single().TaskId);
        m.Say("v1.1.1", TaskState.Killed);
        Assert.Equal(end, m.StateOf("a1").ToString());
    }

    [Fact]
    public void What_a_dead_agent_had_is_given_up_and_its_drain_ends()
    {
        var m = Running(new Unreachable(ReplaceAfter: TimeSpan.FromSeconds(30)));
        m.On(MachineAction.Decommission, "a1");
        m.Receive(new AgentRemoved("a1"));
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        m.Pass(TimeSpan.FromSeconds(31));
        m.Offer("a2");
        m.Run("v1.1.2");
        m.Do(new Tick());

        Assert.Equal(TaskPhase.Lost, m.Task("v1.1.1").Phase);
        Assert.Equal(MachineState.Decommissioned, m.StateOf("a1"));
    }

    [Fact]
    public void An_agent_that_was_taken_for_dead_lives_when_one_of_its_tasks_speaks()
    {
        var m = Running(new Unreachable());
        m.Receive(new AgentRemoved("a1"));
        Assert.Equal(AgentState.Dead, m.Agents["a1"].State);
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        Assert.Equal(AgentState.Dead, m.Agents["a1"].State);

        m.Say("v1.1.1", TaskState.Running);

        Assert.Equal(AgentState.Active, m.Agents["a1"].State);
    }

    [Fact]
    public void An_instance_that_stayed_for_another_leaves_when_that_one_is_reached_again()
    {
        var m = Machine.With(2);
        var (first, second) = (m.Task("v1.1.1"), m.Task("v1.2.1"));
        m.On(MachineAction.Drain, first.Host!);
        m.Say(second.Id, TaskState.Unreachable, fromMaster: true);
        m.Offer("b1");
        m.Run("v1.1.2");
        Assert.Empty(m.Calls<KillTask>());

        m.Say(second.Id, TaskState.Running, "REASON_AGENT_REREGISTERED", fromMaster: true);

        Assert.Equal(first.Id, m.Calls<KillTask>().Single().TaskId);
    }

    [Fact]
    public void The_tasks_of_a_removed_agent_are_asked_about_until_the_master_answers()
    {
        var m = Machine.With(1);
        m.Say("v1.1.1", TaskState.Running, "REASON_RECONCILIATION", fromMaster: true);
        m.Sends.Clear();

        m.Receive(new AgentRemoved(m.Task("v1.1.1").AgentId!));
        m.Pass(TimeSpan.FromMinutes(1));

        Assert.True(m.Calls<ReconcileTasks>().Count(c => c.Tasks is [("v1.1.1", _)]) > 1, "asked once only");
        m.Say("v1.1.1", TaskState.Unreachable, "REASON_RECONCILIATION", fromMaster: true);
        m.Sends.Clear();
        m.Pass(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(m.Calls<ReconcileTasks>(), c => c.Tasks.Count > 0);
    }

    [Fact]
    public void From_time_to_time_every_task_is_asked_about_by_name()
    {
        var m = Machine.With(2);
        foreach (var task in m.Live().ToList())
            m.Say(task.Id, TaskState.Running, "REASON_RECONCILIATION", fromMaster: true);
        m.Sends.Clear();

        m.Pass(m.Settings.ImplicitReconcile * 2);

        Assert.Contains(m.Calls<ReconcileTasks>(), c => c.Tasks.Count == 0);
        Assert.Contains(m.Calls<ReconcileTasks>(), c => c.Tasks.Count == 2);
    }

    /// <summary>The master kills them, and tells nobody: there is no framework any more.</summary>
    [Fact]
    public void The_tasks_of_a_removed_framework_are_lost_and_what_should_run_waits_for_another()
    {
        var m = Machine.With(2);
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a3");
        m.Run("build.1.1.1");

        m.Receive(new SubscriptionEnded(SubscriptionEnd.FrameworkRemoved, "Framework has been removed"));

        Assert.Equal(0, m.Healthy());
        Assert.All(
            [m.Task("v1.1.1"), m.Task("v1.2.1"), m.Task("build.1.1.1")],
            t => Assert.Equal(
                (TaskPhase.Lost, FailureClass.Infra, "the master removed the framework, and with it all its tasks"),
                (t.Phase, t.FailureClass!.Value, t.Reason)));
        Assert.Equal([1, 2], m.Places("v1"));
        Assert.Equal(TaskPhase.Pending, m.Task("build.1.1.2").Phase);
        Assert.Equal(DeployState.Active, m.Deploys["v1"].State);
    }

    private static Machine Running(Unreachable unreachable)
    {
        var m = Machine.With(1, DeployOptions.Default with { Unreachable = unreachable });
        Assert.Equal("a1", m.Task("v1.1.1").Host);
        return m;
    }
}
