using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Cluster;

/// <summary>What a new leader makes of what the one before left undone.</summary>
public sealed class StartUpTests
{
    [Theory, Trait("fact", "126")]
    [InlineData(TaskState.Dropped)]
    [InlineData(TaskState.Gone)]
    public void A_launch_that_was_cut_in_the_middle_is_asked_about_and_made_again_after_a_definite_no(TaskState no)
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");
        // The row says launching, the call never left.
        Assert.Equal(TaskPhase.Launching, m.Task("build.1.1.1").Phase);
        m.Sends.Clear();
        m.Restart();
        m.Do(new Tick());
        Assert.Contains(m.Calls<ReconcileTasks>(), c => c.Tasks.Any(t => t.TaskId == "build.1.1.1"));
        m.Offer("a2");
        Assert.Empty(m.Launched);

        m.Say("build.1.1.1", no, "REASON_RECONCILIATION", fromMaster: true);
        m.Offer("a2");
        Assert.Equal("build.1.1.2", m.Launched.Single().Id);
    }

    [Fact, Trait("fact", "126")]
    public void A_scheduled_run_that_waits_or_runs_is_not_queued_again()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Nightly("n1", new Schedule("*/5 * * * *"))));
        m.Pass(TimeSpan.FromMinutes(5));
        m.Restart();
        m.Do(new Tick());
        Assert.Single(m.Live());
        m.Place();
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(4));
        Assert.Equal("n1.run.20260101T120500Z.1.1", m.Live().Single().Id);
    }

    [Fact, Trait("fact", "126")]
    public void What_runs_once_or_on_demand_is_never_queued_by_a_start()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Job("r1")));
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Place();
        m.Say("build.1.1.1", TaskState.Finished, message: "Command exited with status 0");
        for (var start = 0; start < 3; start++)
        {
            m.Restart();
            m.Pass(TimeSpan.FromMinutes(2));
        }

        Assert.Empty(m.Live());
        Assert.Single(m.Rows);
    }
}
