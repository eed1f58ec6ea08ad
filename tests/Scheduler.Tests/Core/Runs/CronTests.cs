using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Runs;

/// <summary>The machine's clock starts at 12:00:00 UTC of a Thursday.</summary>
public sealed class CronTests
{
    private static readonly Schedule EveryFive = new("*/5 * * * *");

    private static Machine Scheduled(Schedule schedule, DeployOptions? options = null)
    {
        var m = new Machine();
        Assert.True(m.Ask(new SubmitDeployCommand(Machine.Nightly("n1", schedule, options))).IsAccepted);
        return m;
    }

    private static RunNowCommand Now(string id = "by-hand") =>
        new("nightly", id, [], new Dictionary<string, string>(), null, null, Machine.By());

    private static void Finish(Machine m, string run, bool well = true)
    {
        m.Place();
        m.Say(run, well ? TaskState.Finished : TaskState.Failed, message: $"Command exited with status {(well ? 0 : 1)}");
    }

    [Fact]
    public void A_schedule_starts_a_run_at_each_fire_time_once_also_over_restarts()
    {
        var m = Scheduled(EveryFive);
        Assert.Equal("n1", m.Only<DeployHealthy>().DeployId);
        Assert.Empty(m.Live());
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal("n1.run.20260101T120500Z.1.1", m.Live().Single().Id);
        m.Restart();
        m.Do(new Tick());
        Assert.Single(m.Rows);
        Finish(m, "n1.run.20260101T120500Z.1.1");
        Assert.True(m.Only<TaskFinished>().Final);
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal("n1.run.20260101T121000Z.1.1", m.Live().Single().Id);
        Assert.Equal("n1", m.Deploys["n1.run.20260101T121000Z"].Parent);
    }

    [Fact, Trait("fact", "7")]
    public void A_schedule_in_the_past_only_finishes_the_request_and_a_new_one_wakes_it()
    {
        var m = Scheduled(new Schedule("0 0 30 2 *"));
        Assert.Equal(RequestState.Finished, m.Requests["nightly"].State);
        m.Pass(TimeSpan.FromMinutes(10));
        Assert.Empty(m.Live());
        m.Do(new SubmitDeployCommand(Machine.Nightly("n2", EveryFive)));
        Assert.Equal((RequestState.Active, "n2"), (m.Requests["nightly"].State, m.Requests["nightly"].ActiveDeploy));
        Assert.NotNull(m.Requests["nightly"].NextFire);
    }

    [Fact, Trait("fact", "8")]
    public void A_finished_request_becomes_active_when_deployed()
    {
        var m = Scheduled(new Schedule("0 0 30 2 *"));
        m.Do(new SubmitDeployCommand(Machine.Nightly("n2", EveryFive)));
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(TaskPhase.Pending, m.Live("n2.run.20260101T120500Z").Single().Phase);
    }

    [Fact, Trait("fact", "9"), Trait("fact", "84")]
    public void A_scheduled_run_lives_through_a_deploy_and_afterwards_the_new_deploy_schedules()
    {
        var m = Scheduled(EveryFive);
        m.Pass(TimeSpan.FromMinutes(5));
        m.Place();
        m.Do(new SubmitDeployCommand(Machine.Nightly("n2", EveryFive)));
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal("n1.run.20260101T120500Z.1.1", m.Live().Single().Id);
        Assert.Equal("fire-skipped", m.Events.OfType<RequestChanged>().Last().What);
        Finish(m, "n1.run.20260101T120500Z.1.1");
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal("n2.run.20260101T121500Z", m.Live().Single().DeployId);
    }

    [Fact, Trait("fact", "12")]
    public void Several_deploys_in_a_row_give_one_run()
    {
        var m = Scheduled(EveryFive);
        m.Do(new SubmitDeployCommand(Machine.Nightly("n2", EveryFive)));
        m.Do(new SubmitDeployCommand(Machine.Nightly("n3", EveryFive)));
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal("n3.run.20260101T120500Z", m.Live().Single().DeployId);
    }

    [Fact, Trait("fact", "13")]
    public void A_bad_time_zone_is_refused_and_two_zones_differ_by_their_offset()
    {
        var m = new Machine();
        var refused = m.Ask(new SubmitDeployCommand(Machine.Nightly("bad", EveryFive with { TimeZone = "Mars/Olympus" })));
        Assert.Contains("Europe/Athens", refused.Detail, StringComparison.Ordinal);
        Assert.Equal("config-invalid", m.Only<DeployFailed>().Code);

        var utc = Scheduled(new Schedule("0 3 * * *")).Requests["nightly"].NextFire;
        var athens = Scheduled(new Schedule("0 3 * * *", "Europe/Athens")).Requests["nightly"].NextFire;
        Assert.Equal(TimeSpan.FromHours(2), utc - athens);
    }

    [Theory, Trait("fact", "14")]
    [InlineData("0 6 * * 0", "2026-01-04T06:00:00Z")]
    [InlineData("0 6 * * 7", "2026-01-04T06:00:00Z")]
    [InlineData("30 0 6 * * SUN", "2026-01-04T06:00:30Z")]
    public void Sunday_is_0_and_7_and_a_sixth_field_is_for_seconds(string cron, string next) =>
        Assert.Equal(DateTimeOffset.Parse(next, null), Scheduled(new Schedule(cron)).Requests["nightly"].NextFire);

    [Theory]
    [InlineData("* * *")]
    [InlineData("61 * * * *")]
    [InlineData("when it rains today please now")]
    public void What_is_no_schedule_is_refused_with_what_would_be_one(string cron)
    {
        var m = new Machine();
        Assert.Equal("config-invalid", m.Ask(new SubmitDeployCommand(Machine.Nightly("n1", new Schedule(cron)))).Code);
        Assert.Equal(FailureClass.Config, m.Only<DeployFailed>().Class);
    }

    [Fact]
    public void Overlap_allow_runs_beside_and_replace_kills_what_runs()
    {
        var beside = Scheduled(EveryFive with { Overlap = Overlap.Allow });
        beside.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(2, beside.Live().Count);

        var replacing = Scheduled(EveryFive with { Overlap = Overlap.Replace });
        replacing.Pass(TimeSpan.FromMinutes(5));
        replacing.Place();
        replacing.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal("n1.run.20260101T120500Z.1.1", replacing.Calls<KillTask>()[0].TaskId);
        Assert.Equal(2, replacing.Live().Count);
        replacing.Bury();
        Assert.Single(replacing.Live());
    }

    [Fact]
    public void Missed_fire_times_are_not_caught_up_unless_asked_and_then_the_newest_once()
    {
        var none = Scheduled(EveryFive);
        none.Sleep(TimeSpan.FromMinutes(23));
        none.Restart();
        none.Do(new Tick());
        Assert.Empty(none.Live());
        none.Pass(TimeSpan.FromMinutes(2));
        Assert.Single(none.Live());

        var once = Scheduled(EveryFive with { CatchUp = CatchUp.Once });
        once.Sleep(TimeSpan.FromMinutes(23));
        once.Restart();
        once.Do(new Tick());
        Assert.Equal("n1.run.20260101T122000Z", once.Live().Single().DeployId);

        var late = Scheduled(new Schedule("0 13 * * *", CatchUp: CatchUp.Once, CatchUpWindow: TimeSpan.FromHours(1)));
        late.Sleep(TimeSpan.FromHours(4));
        late.Restart();
        late.Do(new Tick());
        Assert.Empty(late.Live());
    }

    [Fact, Trait("fact", "59")]
    public void Paused_without_killing_a_run_ends_by_itself_and_nothing_follows()
    {
        var m = Scheduled(EveryFive);
        m.Pass(TimeSpan.FromMinutes(5));
        m.Place();
        m.Ask(new PauseCommand("nightly", false, Machine.By()));
        Finish(m, "n1.run.20260101T120500Z.1.1");
        Assert.Equal(Outcome.Succeeded, m.Only<TaskFinished>().Outcome);
        m.Pass(TimeSpan.FromMinutes(20));
        Assert.Empty(m.Live());
        m.Ask(new UnpauseCommand("nightly", Machine.By()));
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Single(m.Live());
    }

    [Fact, Trait("fact", "11")]
    public void Run_now_runs_at_once_and_the_schedule_goes_on()
    {
        var m = Scheduled(EveryFive);
        Assert.Equal("n1.run.by-hand", m.Ask(Now()).Detail);
        Assert.Equal("run-under-way", m.Ask(Now("again")).Code);
        Finish(m, "n1.run.by-hand.1.1");
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal("n1.run.20260101T120500Z", m.Live().Single().DeployId);
    }

    [Fact, Trait("fact", "34")]
    public void A_scheduled_run_that_a_person_started_and_that_fails_is_not_retried()
    {
        var m = Scheduled(EveryFive, new DeployOptions { Retry = new Retry(2) });
        m.Ask(Now());
        Finish(m, "n1.run.by-hand.1.1", well: false);
        Assert.Empty(m.Live());
        m.Pass(TimeSpan.FromMinutes(5));
        Finish(m, "n1.run.20260101T120500Z.1.1", well: false);
        Assert.Equal("n1.run.20260101T120500Z.1.2", m.Live().Single().Id);
    }

    [Fact, Trait("fact", "52")]
    public void Runs_of_a_replaced_deploy_stay_for_a_while_and_with_no_time_are_killed()
    {
        var m = Scheduled(new Schedule("0 3 * * *"));
        m.Ask(Now());
        m.Place();
        m.Do(
            new SubmitDeployCommand(
                Machine.Nightly("n2", new Schedule("0 3 * * *"), new DeployOptions { KillOldAfter = TimeSpan.FromMinutes(30) })));
        m.Pass(TimeSpan.FromMinutes(20));
        m.Restart();
        Assert.Empty(m.Calls<KillTask>());
        m.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal("n1.run.by-hand.1.1", m.Calls<KillTask>()[0].TaskId);

        var zero = Scheduled(new Schedule("0 3 * * *"));
        zero.Ask(Now());
        zero.Place();
        zero.Do(
            new SubmitDeployCommand(Machine.Nightly("n2", new Schedule("0 3 * * *"), new DeployOptions { KillOldAfter = TimeSpan.Zero })));
        Assert.Single(zero.Calls<KillTask>());
    }

    [Fact, Trait("fact", "10"), Trait("fact", "81")]
    public void A_deploy_that_is_refused_leaves_the_schedule_in_force()
    {
        var m = Scheduled(EveryFive);
        var next = m.Requests["nightly"].NextFire;
        m.Do(new SubmitDeployCommand(Machine.Nightly("n2", new Schedule("nonsense"))));
        Assert.Equal((next, "n1"), (m.Requests["nightly"].NextFire, m.Requests["nightly"].ActiveDeploy));
        m.Do(new SubmitDeployCommand(Machine.Nightly("n3", new Schedule("*/7 * * * *"))));
        Assert.Equal("n3", m.Requests["nightly"].ActiveDeploy);
        Assert.NotEqual(next, m.Requests["nightly"].NextFire);
    }
}
