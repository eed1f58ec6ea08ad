using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Runs;

public sealed class OnDemandTests
{
    private static Machine Ready(DeployOptions? options = null)
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Job("r1", options)));
        return m;
    }

    private static RunNowCommand Run(string id, DateTimeOffset? at = null, ResourceNeed? needs = null, params string[] arguments) =>
        new("report", id, arguments, new Dictionary<string, string> { ["DAY"] = "monday" }, needs, at, Machine.By());

    private static void End(Machine m, string task, bool well) =>
        m.Say(task, well ? TaskState.Finished : TaskState.Failed, message: $"Command exited with status {(well ? 0 : 1)}");

    [Fact, Trait("fact", "18")]
    public void Nothing_runs_unasked_and_two_asks_are_two_runs()
    {
        var m = Ready();
        m.Pass(TimeSpan.FromHours(1));
        Assert.Empty(m.Live());
        Assert.Equal("r1.run.a", m.Ask(Run("a")).Detail);
        m.Ask(Run("b"));
        m.Ask(Run("b"));
        Assert.Equal(["r1.run.a.1.1", "r1.run.b.1.1"], m.Live().Select(t => t.Id));
    }

    [Fact, Trait("fact", "17")]
    public void Of_many_runs_exactly_the_one_that_is_named_is_cancelled()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Job("r1")));
        foreach (var id in new[] { "a", "b", "a", "c" })
            m.Ask(new RunNowCommand("report", id, [], new Dictionary<string, string>(), null, null, Machine.By()));
        Assert.Equal(["r1.run.a", "r1.run.b", "r1.run.c"], m.Live().Select(t => t.DeployId));
        m.Ask(new CancelRunCommand("r1.run.b", "no", Actor.Person("eleni")));
        Assert.Equal(["r1.run.a", "r1.run.c"], m.Live().Select(t => t.DeployId));
        Assert.Equal("r1.run.b", m.Only<TaskFinished>().DeployId);
    }

    [Fact, Trait("fact", "19")]
    public void With_one_at_a_time_a_second_run_during_the_first_is_refused()
    {
        var m = Ready(new DeployOptions { OnDemand = new OnDemand(1) });
        m.Ask(Run("a"));
        var refused = m.Ask(Run("b"));
        Assert.Equal((429, "too-many-runs"), (refused.Status, refused.Code));
        m.Place();
        End(m, "r1.run.a.1.1", well: true);
        Assert.True(m.Ask(Run("b")).IsAccepted);
    }

    [Fact, Trait("fact", "20")]
    public void A_run_once_never_runs_again_for_its_deploy_and_two_deploys_are_two_runs()
    {
        var m = new Machine();
        var once = Machine.Job("once1") with { Kind = RequestKind.RunOnce };
        m.Do(new SubmitDeployCommand(once));
        m.Place();
        End(m, "once1.1.1", well: true);
        Assert.Equal("once1", m.Only<DeployHealthy>().DeployId);
        m.Restart();
        m.Pass(TimeSpan.FromHours(1));
        Assert.Empty(m.Live());
        m.Do(new SubmitDeployCommand(once with { DeployId = "once2" }));
        m.Place();
        End(m, "once2.1.1", well: false);
        Assert.Equal("once2", m.Only<DeployFailed>().DeployId);
        Assert.Equal("once1", m.Requests["report"].ActiveDeploy);
    }

    [Fact, Trait("fact", "21")]
    public void Resources_env_and_args_of_a_run_are_in_what_is_launched()
    {
        var m = Ready();
        m.Ask(Run("big", null, new ResourceNeed(3, 2048, 10, 1), "--day", "two words"));
        m.Place(run: false);
        var (task, spec) = m.Sends.OfType<Launch>().Single().Tasks.Single();
        Assert.Equal((3m, 1), (task.Needs.Cpus, task.Ports.Count));
        Assert.Equal(["--day", "two words"], spec.Run!.Arguments);
        Assert.Equal("monday", spec.Run.Environment["DAY"]);
        Assert.Equal(Actor.Person("eleni"), spec.Actor);
    }

    [Fact, Trait("fact", "22")]
    public void A_run_at_a_later_time_waits_for_it_also_over_a_restart()
    {
        var m = Ready();
        m.Ask(Run("later", m.Now + TimeSpan.FromMinutes(30)));
        m.Restart();
        m.Place();
        m.Pass(TimeSpan.FromMinutes(29));
        m.Place();
        Assert.Equal(TaskPhase.Pending, m.Live().Single().Phase);
        Assert.Contains("as asked", m.Live().Single().Why, StringComparison.Ordinal);
        m.Pass(TimeSpan.FromMinutes(1));
        m.Place();
        Assert.Equal(TaskPhase.Running, m.Live().Single().Phase);
        Assert.Equal("run-at-too-late", m.Ask(Run("far", m.Now + TimeSpan.FromDays(31))).Code);
    }

    [Fact, Trait("fact", "30")]
    public void Queued_runs_keep_their_time_and_their_version_when_a_new_deploy_succeeds()
    {
        var m = Ready();
        var at = m.Now + TimeSpan.FromMinutes(30);
        m.Ask(Run("later", at));
        m.Do(new SubmitDeployCommand(Machine.Job("r2")));
        Assert.Equal((at, "r1.run.later"), (m.Live().Single().NotBefore, m.Live().Single().DeployId));
        m.Ask(Run("next"));
        Assert.Contains(m.Live(), t => t.DeployId == "r2.run.next");
    }

    [Fact, Trait("fact", "31"), Trait("fact", "32")]
    public void With_two_retries_a_failing_run_has_exactly_three_attempts_each_with_the_same_arguments()
    {
        var m = Ready(new DeployOptions { Retry = new Retry(2, TimeSpan.FromSeconds(10)) });
        m.Ask(Run("a", null, null, "--all"));
        foreach (var attempt in new[] { 1, 2, 3 })
        {
            m.Place();
            Assert.Equal($"r1.run.a.1.{attempt}", m.Live().Single().Id);
            Assert.Equal(["--all"], m.Sends.OfType<Launch>().Last().Tasks[0].Spec.Run!.Arguments);
            End(m, $"r1.run.a.1.{attempt}", well: false);
            m.Restart();
            m.Pass(TimeSpan.FromSeconds(25));
        }

        Assert.Empty(m.Live());
        Assert.Equal([false, false, true], m.Events.OfType<TaskFinished>().Select(e => e.Final));
        Assert.Equal(DeployState.Failed, m.Deploys["r1.run.a"].State);
    }

    [Fact, Trait("fact", "35")]
    public void A_run_killed_by_a_person_or_by_a_pause_is_not_retried()
    {
        var m = Ready(new DeployOptions { Retry = new Retry(2) });
        m.Ask(Run("a"));
        m.Ask(Run("b"));
        m.Place();
        m.Ask(new KillTaskCommand("r1.run.a.1.1", "no", Actor.Person("eleni")));
        m.Say("r1.run.a.1.1", TaskState.Killed);
        m.Ask(new PauseCommand("report", true, Machine.By()));
        m.Say("r1.run.b.1.1", TaskState.Failed, message: "Command exited with status 143");
        Assert.Empty(m.Live());
        Assert.Equal("request-paused", m.Ask(Run("c")).Code);
    }

    [Fact]
    public void Losing_the_agent_costs_a_run_no_retry()
    {
        var m = Ready();
        m.Ask(Run("a", null, null, "--all"));
        m.Place();
        m.Say("r1.run.a.1.1", TaskState.Gone, fromMaster: true);
        m.Place();
        Assert.Equal("r1.run.a.1.2", m.Live().Single().Id);
        Assert.Equal(["--all"], m.Sends.OfType<Launch>().Last().Tasks[0].Spec.Run!.Arguments);
    }

    [Fact]
    public void A_run_over_its_time_limit_is_killed_and_fails()
    {
        var m = Ready(new DeployOptions { RunLimit = TimeSpan.FromMinutes(2), Retry = new Retry(3) });
        m.Ask(Run("a"));
        m.Place();
        Assert.Equal(TimeSpan.FromMinutes(2), m.Sends.OfType<Launch>().Last().Tasks[0].Spec.MaxRunTime);
        m.Pass(TimeSpan.FromMinutes(3));
        Assert.Equal("r1.run.a.1.1", m.Calls<KillTask>()[0].TaskId);
        m.Bury();
        Assert.Equal((Outcome.Failed, true), (m.Only<TaskFinished>().Outcome, m.Only<TaskFinished>().Final));
    }

    [Fact, Trait("fact", "133")]
    public void Run_now_of_a_service_is_refused()
    {
        var m = Machine.With(1);
        Assert.Equal("wrong-kind", m.Ask(Run("a") with { RequestId = "api-web" }).Code);
        Assert.Equal("not-found", m.Ask(Run("a") with { RequestId = "nobody" }).Code);
    }

    [Fact]
    public void A_run_whose_statements_do_not_hold_ends_as_security_and_is_never_launched()
    {
        var digest = Digest.Parse(new string('a', 64));
        var m = new Machine(trust: (_, _) => new TrustViolation("signature-invalid", "no"));
        m.Do(new SubmitDeployCommand(Machine.Job("r1", new DeployOptions { Retry = new Retry(5) }) with
        {
            Trust = new DeployTrust(digest, digest, "production", 1),
        }));
        m.Ask(Run("a"));
        m.Place();
        Assert.Empty(m.Launched);
        Assert.Equal((FailureClass.Security, true), (m.Only<TaskFinished>().Class, m.Only<TaskFinished>().Final));
    }
}
