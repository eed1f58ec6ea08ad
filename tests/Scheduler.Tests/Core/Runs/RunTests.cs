using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Runs;

public sealed class RunTests
{
    [Fact]
    public void A_run_is_placed_durable_before_accept_and_ends_with_its_task()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");

        Assert.Equal(TaskPhase.Launching, m.Last.Tasks["build.1.1.1"].Phase);
        Assert.Single(m.Last.Sends.OfType<Launch>());

        m.Run("build.1.1.1");
        m.Say("build.1.1.1", TaskState.Finished, message: "Command exited with status 0");

        var end = m.Only<TaskFinished>();
        Assert.Equal((Outcome.Succeeded, 0, true), (end.Outcome, end.ExitCode, end.Final));
        Assert.Empty(m.Core.State.Tasks);
    }

    [Fact]
    public void The_same_run_twice_changes_nothing()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Do(new SubmitRunCommand(Machine.Build()));
        Assert.Single(m.Rows);
    }

    [Fact]
    public void Infra_failures_are_retried_with_a_new_id_and_others_are_not()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(retries: 1)));
        m.Offer("a1");
        m.Run("build.1.1.1");
        m.Say("build.1.1.1", TaskState.Failed, reason: "REASON_EXECUTOR_TERMINATED", message: "Executor terminated");
        Assert.False(m.Only<TaskFinished>().Final);
        Assert.Equal(FailureClass.Infra, m.Only<TaskFinished>().Class);

        m.Offer("a1");
        m.Run("build.1.1.2");
        m.Say("build.1.1.2", TaskState.Failed, message: "Command exited with status 3");

        var end = m.Events.OfType<TaskFinished>().Last();
        Assert.Equal((FailureClass.App, 3, true), (end.Class, end.ExitCode, end.Final));
        Assert.Equal(2, m.Rows.Count);
    }

    [Fact]
    public void When_the_retries_are_used_up_the_run_fails_for_infra()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(retries: 1)));
        foreach (var id in new[] { "build.1.1.1", "build.1.1.2" })
        {
            m.Offer("a1");
            m.Run(id);
            m.Say(id, TaskState.Gone, fromMaster: true);
        }

        Assert.Equal([false, true], m.Events.OfType<TaskFinished>().Select(e => e.Final));
        Assert.All(m.Events.OfType<TaskFinished>(), e => Assert.Equal(FailureClass.Infra, e.Class));
    }

    [Fact]
    public void An_invalid_offer_costs_no_retry()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(retries: 0)));
        m.Offer("a1");
        m.Say("build.1.1.1", TaskState.Dropped, reason: "REASON_INVALID_OFFERS", fromMaster: true);
        m.Offer("a1");
        Assert.Equal(TaskPhase.Launching, m.Task("build.1.1.2").Phase);
        Assert.False(m.Only<TaskFinished>().Final);
    }

    [Fact]
    public void A_launch_without_an_answer_is_asked_about_and_launched_again_only_after_a_definite_no()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build(retries: 0)));
        m.Offer("a1");
        m.Pass(TimeSpan.FromSeconds(61));
        Assert.Contains(m.Calls<ReconcileTasks>(), c => c.Tasks.SequenceEqual([("build.1.1.1", "a1")]));
        m.Offer("a2");
        Assert.Single(m.Launched);

        m.Say("build.1.1.1", TaskState.Gone, reason: "REASON_RECONCILIATION", fromMaster: true);
        m.Offer("a2");
        Assert.Equal("build.1.1.2", m.Launched[^1].Id);
    }

    [Fact]
    public void A_cancelled_run_ends_as_cancelled_whether_it_waits_or_runs()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build("waits")));
        m.Do(new CancelRunCommand("waits", "newer push", Actor.Person("eleni")));
        Assert.Equal((Outcome.Cancelled, true), (m.Only<TaskFinished>().Outcome, m.Only<TaskFinished>().Final));

        m.Do(new SubmitRunCommand(Machine.Build("runs")));
        m.Offer("a1");
        m.Run("runs.1.1");
        m.Do(new CancelRunCommand("runs", "newer push", Actor.Person("eleni")));
        Assert.Equal("runs.1.1", m.Calls<KillTask>().Single().TaskId);
        m.Say("runs.1.1", TaskState.Killed);
        var end = m.Events.OfType<TaskFinished>().Last();
        Assert.Equal((Outcome.Cancelled, true), (end.Outcome, end.Final));
    }

    [Fact]
    public void A_run_that_overstays_is_killed_and_counts_as_the_programs_fault()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");
        m.Run("build.1.1.1");
        m.Pass(TimeSpan.FromMinutes(11));
        Assert.NotEmpty(m.Calls<KillTask>());
        m.Say("build.1.1.1", TaskState.Killed);
        Assert.Equal((FailureClass.App, true), (m.Only<TaskFinished>().Class, m.Only<TaskFinished>().Final));
    }

    [Fact]
    public void Status_76_is_a_security_failure_without_a_retry()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");
        m.Run("build.1.1.1");
        m.Say("build.1.1.1", TaskState.Failed, message: "Command exited with status 76");
        Assert.Equal((FailureClass.Security, true), (m.Only<TaskFinished>().Class, m.Only<TaskFinished>().Final));
    }

    [Fact]
    public void Status_75_is_tried_again_as_often_as_the_run_allows()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build() with { InfraRetries = 1 }));
        m.Offer("a1");
        m.Run("build.1.1.1");
        m.Say("build.1.1.1", TaskState.Failed, message: "Command exited with status 75");
        Assert.Equal((FailureClass.Infra, false), (m.Only<TaskFinished>().Class, m.Only<TaskFinished>().Final));

        m.Offer("a2");
        m.Run("build.1.1.2");
        m.Say("build.1.1.2", TaskState.Failed, message: "Command exited with status 75");
        var last = m.Events.OfType<TaskFinished>().Last();
        Assert.Equal((FailureClass.Infra, true), (last.Class, last.Final));
    }
}
