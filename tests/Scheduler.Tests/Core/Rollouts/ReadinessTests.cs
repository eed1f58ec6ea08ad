using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Rollouts;

public sealed class ReadinessTests
{
    private static readonly Readiness Once = Machine.Ready with { Successes = 1, HealthyFor = TimeSpan.Zero };

    private static Machine Started(Probing probing, Readiness? readiness = null, int ports = 1, Placement? placement = null)
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1, readiness ?? Once) with
        {
            Needs = new ResourceNeed(0.5m, 256, 100, ports),
            Options = new DeployOptions { Probing = probing, Placement = placement ?? new Placement() },
        }));
        m.Place();
        return m;
    }

    private static void Answer(Machine m, int? status, bool refused = false) => m.Do(new ProbeCompleted(
        "v1.1.1", m.Now, TimeSpan.FromMilliseconds(3), status is >= 200 and < 400, status, "body", refused));

    private static IReadOnlyList<RunProbe> Probes(Machine m) => [.. m.Sends.OfType<RunProbe>()];

    [Fact, Trait("fact", "89")]
    public void Answers_503_then_200_make_it_healthy_at_the_second()
    {
        var m = Started(new Probing());
        Answer(m, 503);
        Assert.False(m.Task("v1.1.1").IsHealthy);
        m.Pass(TimeSpan.FromSeconds(1));
        Answer(m, 200);
        Assert.True(m.Task("v1.1.1").IsHealthy);
        Assert.Equal("v1", m.Requests["api-web"].ActiveDeploy);
    }

    [Fact, Trait("fact", "90")]
    public void Only_timeouts_make_it_unhealthy_and_the_deploy_fails()
    {
        var m = Started(new Probing(MaxFailures: 3));
        for (var i = 0; i < 4; i++)
        {
            Assert.Empty(m.Events.OfType<DeployFailed>());
            Answer(m, null);
            m.Pass(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(("failed-health-checks", FailureClass.Health), (m.Only<DeployFailed>().Code, m.Only<DeployFailed>().Class));
    }

    [Fact, Trait("fact", "91")]
    public void With_two_bad_answers_allowed_the_third_fails_and_refusals_do_not_count()
    {
        var m = Started(new Probing(MaxFailures: 2));
        for (var i = 0; i < 10; i++)
        {
            Answer(m, null, refused: true);
            m.Pass(TimeSpan.FromSeconds(2));
        }

        Answer(m, 500);
        Answer(m, 500);
        Assert.Empty(m.Events.OfType<DeployFailed>());
        Answer(m, 500);
        Assert.Contains("answered badly 3 times", m.Only<DeployFailed>().Reason, StringComparison.Ordinal);
    }

    [Fact, Trait("fact", "92")]
    public void A_listed_failure_code_fails_at_once()
    {
        var m = Started(new Probing { FailureCodes = [501] });
        Answer(m, 500);
        Assert.Empty(m.Events.OfType<DeployFailed>());
        Answer(m, 501);
        Assert.Equal("v1.1.1", m.Calls<KillTask>().Single().TaskId);
        Assert.Contains("501", m.Only<DeployFailed>().Reason, StringComparison.Ordinal);
    }

    [Fact, Trait("fact", "93")]
    public void The_startup_time_fails_it_even_with_tries_left()
    {
        var m = Started(new Probing(MaxFailures: 1000));
        Answer(m, null, refused: true);
        m.Pass(TimeSpan.FromSeconds(61));
        Assert.Equal("failed-health-checks", m.Only<DeployFailed>().Code);
    }

    [Fact, Trait("fact", "94")]
    public void The_port_index_or_number_is_the_port_that_is_asked()
    {
        Assert.Equal(31001, Probes(Started(new Probing(PortIndex: 1), ports: 2))[0].Port);
        Assert.Equal(9090, Probes(Started(new Probing(PortNumber: 9090), ports: 0))[0].Port);
        Assert.True(Probes(Started(new Probing(Https: true)))[0].Https);
    }

    [Fact]
    public void The_first_try_waits_for_the_delay_and_refused_tries_come_at_the_startup_interval()
    {
        var m = Started(new Probing(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(3)));
        m.Pass(TimeSpan.FromSeconds(19));
        Assert.Empty(Probes(m));
        m.Pass(TimeSpan.FromSeconds(1));
        Assert.Single(Probes(m));
        Answer(m, null, refused: true);
        m.Pass(TimeSpan.FromSeconds(2));
        Assert.Single(Probes(m));
        m.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Probes(m).Count);
        m.Pass(TimeSpan.FromSeconds(56));
        Assert.Empty(m.Events.OfType<DeployFailed>());
    }

    [Fact]
    public void Without_a_check_it_is_healthy_after_running_for_so_long()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1) with
        {
            Options = new DeployOptions { Probing = new Probing(HealthyAfter: TimeSpan.FromSeconds(5)) },
        }));
        m.Place();
        m.Pass(TimeSpan.FromSeconds(3));
        m.Restart();
        Assert.False(m.Task("v1.1.1").IsHealthy);
        m.Pass(TimeSpan.FromSeconds(2));
        Assert.True(m.Task("v1.1.1").IsHealthy);
    }

    [Fact]
    public void What_never_runs_is_tried_elsewhere_and_nobody_is_blamed()
    {
        var m = Machine.With(1);
        m.Crash("v1.1.1");
        m.Pass(TimeSpan.FromSeconds(2));
        m.Place(run: false);
        m.Say("v1.1.2", TaskState.Starting);
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Empty(m.Calls<KillTask>());
        m.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal("v1.1.2", m.Calls<KillTask>()[0].TaskId);
        m.Bury();
        Assert.Equal(FailureClass.Infra, m.Events.OfType<TaskFinished>().Last().Class);
        m.Pass(TimeSpan.FromSeconds(2));
        m.Place();
        Assert.True(m.Task("v1.1.3").IsHealthy);
    }

    [Fact, Trait("fact", "96")]
    public void Outside_deploys_the_same_rules_hold_and_the_instance_is_replaced()
    {
        var m = Started(new Probing(MaxFailures: 0));
        Answer(m, 200);
        m.Crash("v1.1.1");
        m.Pass(TimeSpan.FromSeconds(2));
        m.Place();
        m.Do(new ProbeCompleted("v1.1.2", m.Now, TimeSpan.Zero, false, 500, "no"));
        Assert.Equal("v1.1.2", m.Calls<KillTask>().Single().TaskId);
        m.Bury();
        Assert.Empty(m.Events.OfType<DeployFailed>());
        Assert.Equal(TaskPhase.Pending, m.Task("v1.1.3").Phase);
        Assert.Equal(DeployState.Active, m.Deploys["v1"].State);
    }

    [Fact]
    public void A_kill_by_the_agents_own_check_is_of_class_health()
    {
        var m = Machine.With(1);
        m.Say("v1.1.1", TaskState.Killed, healthy: false);
        Assert.Equal(FailureClass.Health, m.Only<TaskFinished>().Class);
    }
}
