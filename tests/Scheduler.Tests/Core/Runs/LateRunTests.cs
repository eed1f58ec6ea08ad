using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Runs;

public sealed class LateRunTests
{
    private static readonly DeployOptions Expected = new() { ExpectedRunTime = TimeSpan.FromMinutes(2) };

    private static int LateRuns(Machine m) => m.Events.OfType<RequestChanged>().Count(e => e.What == "run-late");

    private static void Run(Machine m, string id)
    {
        m.Ask(new RunNowCommand("report", id, [], new Dictionary<string, string>(), null, null, Machine.By()));
        m.Place();
    }

    private static void End(Machine m, string id) => m.Say($"r1.run.{id}.1.1", TaskState.Finished, message: "Command exited with status 0");

    [Fact, Trait("fact", "64")]
    public void A_run_that_takes_longer_than_expected_is_told_of_once_and_goes_on()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Job("r1", Expected)));
        Run(m, "a");
        m.Pass(TimeSpan.FromSeconds(119));
        Assert.Equal(0, LateRuns(m));
        m.Restart();
        m.Run("r1.run.a.1.1");
        m.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(1, LateRuns(m));
        Assert.Contains("120 s are expected", m.Only<RequestChanged>(e => e.What == "run-late").Detail, StringComparison.Ordinal);
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(1, LateRuns(m));
        Assert.Empty(m.Calls<KillTask>());
        End(m, "a");
        Assert.Equal(Outcome.Succeeded, m.Only<TaskFinished>().Outcome);
    }

    [Fact, Trait("fact", "64")]
    public void Without_an_expectation_it_is_compared_with_the_runs_before()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Job("r1")));
        foreach (var id in new[] { "a", "b", "c" })
        {
            Run(m, id);
            m.Pass(TimeSpan.FromMinutes(id == "b" ? 4 : 1));
            Assert.Equal(0, LateRuns(m));
            End(m, id);
        }

        Assert.Equal([60, 240, 60], m.Requests["report"].RunTimes);
        m.Restart();
        Run(m, "d");
        m.Pass(TimeSpan.FromSeconds(239));
        Assert.Equal(0, LateRuns(m));
        m.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(1, LateRuns(m));
    }
}
