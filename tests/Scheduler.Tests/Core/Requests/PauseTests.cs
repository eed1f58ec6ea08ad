using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Requests;

public sealed class PauseTests
{
    private static PauseCommand Pause(bool kill = true, TimeSpan? lasts = null) => new("api-web", kill, Machine.By(lasts, "incident 12"));

    [Fact]
    public void A_pause_kills_and_an_unpause_starts_again()
    {
        var m = Machine.With(2);
        Assert.True(m.Ask(Pause()).IsAccepted);
        m.Bury();
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(1));
        Assert.Empty(m.Live());
        Assert.True(m.Ask(new UnpauseCommand("api-web", Machine.By())).IsAccepted);
        m.Place();
        Assert.Equal(2, m.Healthy());
        Assert.Equal("not-paused", m.Ask(new UnpauseCommand("api-web", Machine.By())).Code);
    }

    [Fact]
    public void A_pause_that_leaves_what_runs_does_not_replace_it()
    {
        var m = Machine.With(3);
        m.Ask(Pause(kill: false));
        Assert.Empty(m.Calls<KillTask>());
        m.Crash("v1.2.1");
        m.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal([1, 3], m.Places("v1"));
        m.Ask(new UnpauseCommand("api-web", Machine.By()));
        Assert.Equal([1, 2, 3], m.Places("v1"));
    }

    [Fact, Trait("fact", "97")]
    public void A_pause_expires_and_the_request_is_active_and_running()
    {
        var m = Machine.With(2);
        m.Ask(Pause(lasts: TimeSpan.FromMinutes(10)));
        m.Bury();
        m.Pass(TimeSpan.FromMinutes(5));
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(6));
        m.Place();
        Assert.Null(m.Requests["api-web"].Overrides.Pause);
        Assert.Equal(2, m.Healthy());
    }

    [Fact]
    public void A_newer_pause_drops_the_old_timer()
    {
        var m = Machine.With(1);
        m.Ask(Pause(lasts: TimeSpan.FromMinutes(1)));
        m.Ask(Pause());
        m.Bury();
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.NotNull(m.Requests["api-web"].Overrides.Pause);
        Assert.Empty(m.Live());
    }

    [Fact, Trait("fact", "24")]
    public void A_paused_request_has_no_pending_wishes_left()
    {
        var m = Machine.With(2);
        m.Crash("v1.1.1");
        Assert.Contains(m.Live(), t => t.Phase == TaskPhase.Pending);
        m.Ask(Pause(kill: false));
        Assert.DoesNotContain(m.Live(), t => t.Phase == TaskPhase.Pending);
    }

    [Fact, Trait("fact", "77")]
    public void A_pause_fails_the_pending_deploy_and_a_deploy_without_the_unpause_flag_is_refused()
    {
        var m = Machine.With(1);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 1)));
        m.Ask(Pause());
        Assert.Equal("request-paused", m.Only<DeployFailed>().Code);
        m.Bury();

        Assert.Equal((409, "request-paused"), Refusal(m.Ask(new SubmitDeployCommand(Machine.Web("v3", 1)))));
        Assert.Equal(DeployState.Failed, m.Deploys["v3"].State);
        Assert.Equal("v3", m.Events.OfType<DeployFailed>().Last().DeployId);
        Assert.Empty(m.Live());
    }

    [Fact, Trait("fact", "77")]
    public void A_deploy_with_the_unpause_flag_resumes_on_success_and_leaves_it_paused_on_failure()
    {
        var m = Machine.With(1);
        m.Ask(Pause());
        m.Bury();
        var unpause = new DeployOptions { Unpause = true };
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 1, Machine.Ready) with { Options = unpause }));
        m.Place();
        m.Pass(TimeSpan.FromMinutes(2));
        m.Bury();
        Assert.NotNull(m.Requests["api-web"].Overrides.Pause);
        Assert.Empty(m.Live());

        m.Do(new SubmitDeployCommand(Machine.Web("v3", 1) with { Options = unpause }));
        m.Place();
        Assert.Null(m.Requests["api-web"].Overrides.Pause);
        Assert.Equal("v3", m.Requests["api-web"].ActiveDeploy);
        Assert.Equal(1, m.Healthy());
    }

    [Fact, Trait("fact", "87"), Trait("fact", "50")]
    public void Skip_turned_on_and_off_leaves_old_tasks_as_they_were_and_new_ones_follow_the_flag()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1, Machine.Ready)));
        m.Place();
        Assert.False(m.Task("v1.1.1").IsHealthy);
        Assert.True(m.Ask(new SkipHealthCommand("api-web", true, Machine.By(TimeSpan.FromMinutes(10)))).IsAccepted);
        Assert.True(m.Task("v1.1.1").IsHealthy);
        Assert.Equal("v1", m.Requests["api-web"].ActiveDeploy);
        m.Ask(new SkipHealthCommand("api-web", false, Machine.By()));
        Assert.True(m.Task("v1.1.1").IsHealthy);
        m.Crash("v1.1.1");
        m.Pass(TimeSpan.FromSeconds(2));
        m.Place();
        Assert.False(m.Task("v1.1.2").IsHealthy);
    }

    [Fact, Trait("fact", "102")]
    public void Skip_health_expires()
    {
        var m = Machine.With(1);
        m.Ask(new SkipHealthCommand("api-web", true, Machine.By(TimeSpan.FromMinutes(3))));
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(4));
        Assert.Null(m.Requests["api-web"].Overrides.SkipHealth);
    }

    [Fact]
    public void Every_change_names_its_actor_and_reason()
    {
        var m = Machine.With(1);
        m.Do(new CommandReceived(1, Pause()));
        var entry = m.Last.Events.Single(e => e.Event is RequestChanged);
        Assert.Equal(Actor.Person("eleni"), entry.Actor);
        Assert.Equal("incident 12", ((RequestChanged)entry.Event).Reason);
        Assert.Equal("api-web", entry.Subject.Deployable);
    }

    [Fact, Trait("fact", "54")]
    public void A_deleted_request_kills_its_tasks_and_then_it_is_gone()
    {
        var m = Machine.With(2);
        m.Ask(new ScaleCommand("api-web", 3, false, false, Machine.By(TimeSpan.FromMinutes(1))));
        Assert.True(m.Ask(new RemoveRequestCommand("api-web", Actor.Person("eleni"))).IsAccepted);
        Assert.Equal(RequestState.Removing, m.Requests["api-web"].State);
        m.Pass(TimeSpan.FromMinutes(2));
        m.Bury();
        Assert.Equal(RequestState.Removed, m.Requests["api-web"].State);
        Assert.Empty(m.Live());
        Assert.Equal("not-found", m.Ask(Pause()).Code);
    }

    private static (int, string?) Refusal(CommandOutcome outcome) => (outcome.Status, outcome.Code);

    [Fact, Trait("fact", "55")]
    public void A_deleted_request_is_gone_although_the_first_kill_of_its_task_was_lost()
    {
        var m = Machine.With(2);
        m.Do(new RemoveRequestCommand("api-web", Actor.Person("eleni")));
        m.Do(new SendFailed(m.Calls<KillTask>()[0], "the connection broke"));
        m.Say("v1.2.1", TaskState.Killed);
        Assert.Equal(RequestState.Removing, m.Requests["api-web"].State);
        m.Restart();
        m.Sends.Clear();
        m.Pass(TimeSpan.FromSeconds(60));
        Assert.Contains(m.Calls<KillTask>(), k => k.TaskId == "v1.1.1");
        m.Say("v1.1.1", TaskState.Killed);
        Assert.Equal(RequestState.Removed, m.Requests["api-web"].State);
    }
}
