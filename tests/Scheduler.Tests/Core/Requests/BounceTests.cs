using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Requests;

public sealed class BounceTests
{
    private static BounceCommand Full(TimeSpan? lasts = null, bool skip = false) => new("api-web", false, 1, skip, Machine.By(lasts));

    private static BounceCommand Few(int atATime = 1, TimeSpan? lasts = null) => new("api-web", true, atATime, false, Machine.By(lasts));

    [Fact, Trait("fact", "98")]
    public void A_full_bounce_kills_the_old_when_all_the_new_are_healthy_and_its_record_disappears()
    {
        var m = Machine.With(3);
        Assert.True(m.Ask(Full()).IsAccepted);
        Assert.Equal(6, m.Live().Count);
        m.Place(run: false);
        m.Run("v1.1.2");
        m.Run("v1.2.2");
        Assert.Empty(m.Calls<KillTask>());
        m.Restart();
        m.Run("v1.3.2");
        Assert.Equal(["v1.1.1", "v1.2.1", "v1.3.1"], m.Calls<KillTask>().Select(k => k.TaskId));
        Assert.Null(m.Requests["api-web"].Overrides.Bounce);
        Assert.Equal("bounce-finished", m.Events.OfType<RequestChanged>().Last().What);
        m.Bury();
        Assert.Equal(3, m.Live().Count);
    }

    [Fact]
    public void One_bounce_a_request_at_a_time()
    {
        var m = Machine.With(2);
        m.Ask(Full());
        Assert.Equal("bounce-under-way", m.Ask(Full()).Code);
        Assert.Equal("bounce-under-way", m.Ask(Few()).Code);
    }

    [Fact, Trait("fact", "45")]
    public void An_incremental_bounce_needs_one_place_more_and_replaces_one_after_the_other()
    {
        var m = Machine.With(3);
        m.Ask(Few());
        for (var instance = 1; instance <= 3; instance++)
        {
            Assert.Equal(4, m.Live().Count);
            m.Place();
            Assert.True(m.Healthy() >= 3);
            m.Restart();
            m.Bury();
        }

        Assert.Equal(["v1.1.2", "v1.2.2", "v1.3.2"], m.Live().Select(t => t.Id));
        Assert.Null(m.Requests["api-web"].Overrides.Bounce);
    }

    [Fact]
    public void An_incremental_bounce_may_replace_several_at_a_time()
    {
        var m = Machine.With(5);
        m.Ask(Few(atATime: 2));
        Assert.Equal(7, m.Live().Count);
        for (var round = 0; round < 3; round++)
        {
            m.Place();
            m.Bury();
        }

        Assert.All(m.Live(), t => Assert.Equal(2, t.Attempt));
        Assert.Equal(5, m.Live().Count);
    }

    [Fact, Trait("fact", "46")]
    public void A_bounce_with_no_running_task_is_over_at_once()
    {
        var m = Machine.With(1);
        m.Crash("v1.1.1");
        Assert.True(m.Ask(Full()).IsAccepted);
        Assert.Null(m.Requests["api-web"].Overrides.Bounce);
    }

    [Fact, Trait("fact", "47")]
    public void A_bounce_whose_old_tasks_go_for_another_reason_is_over_too()
    {
        var m = Machine.With(2);
        m.Ask(Full());
        m.Ask(new KillTaskCommand("v1.1.1", "stuck", Actor.Person("eleni")));
        m.Crash("v1.2.1");
        m.Say("v1.1.1", TaskState.Killed);
        Assert.Null(m.Requests["api-web"].Overrides.Bounce);
        Assert.Equal([1, 2], m.Places("v1"));
    }

    [Fact, Trait("fact", "99")]
    public void An_expired_full_bounce_is_back_to_its_count_without_more_kills_of_the_old()
    {
        var m = Machine.With(3);
        m.Ask(Full(TimeSpan.FromMinutes(5)));
        m.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal(["v1.1.1", "v1.2.1", "v1.3.1"], m.Live().Select(t => t.Id));
        Assert.Empty(m.Calls<KillTask>());
        Assert.Null(m.Requests["api-web"].Overrides.Bounce);
    }

    [Fact, Trait("fact", "100")]
    public void An_expired_incremental_bounce_stops()
    {
        var m = Machine.With(3);
        m.Ask(Few(lasts: TimeSpan.FromMinutes(5)));
        m.Place();
        m.Bury();
        m.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal(["v1.1.2", "v1.2.1", "v1.3.1"], m.Live().Select(t => t.Id));
        m.Place();
        m.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(3, m.Live().Count);
    }

    [Fact]
    public void A_bounce_without_a_time_is_called_off_after_an_hour()
    {
        var m = Machine.With(1);
        m.Ask(Full());
        m.Pass(TimeSpan.FromMinutes(61));
        Assert.Null(m.Requests["api-web"].Overrides.Bounce);
        Assert.Equal("v1.1.1", m.Live().Single().Id);
    }

    [Fact, Trait("fact", "88")]
    public void A_bounce_with_skip_counts_replacements_without_their_check()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 1, Machine.Ready)));
        m.Place();
        for (var i = 0; i < 3; i++)
        {
            m.Pass(TimeSpan.FromSeconds(5));
            m.Probe("v1.1.1", true);
        }

        Assert.True(m.Task("v1.1.1").IsHealthy);
        m.Ask(Full(skip: true));
        m.Place();
        Assert.Equal("v1.1.1", m.Calls<KillTask>().Single().TaskId);
        Assert.True(m.Task("v1.1.2").IsHealthy);
    }

    [Fact, Trait("fact", "127")]
    public void A_replacement_that_dies_is_replaced_and_the_old_wait()
    {
        var m = Machine.With(2);
        m.Ask(Full());
        m.Place();
        m.Bury();
        m.Ask(Full());
        m.Place(run: false);
        m.Crash("v1.1.3");
        m.Run("v1.2.3");
        Assert.Contains(m.Live(), t => t is { Id: "v1.1.2", IsHealthy: true });
        m.Pass(TimeSpan.FromSeconds(3));
        m.Place();
        m.Bury();
        Assert.Equal(["v1.1.4", "v1.2.3"], m.Live().Select(t => t.Id));
    }

    [Fact]
    public void A_bounce_of_what_is_paused_is_refused_and_of_runs_too()
    {
        var m = Machine.With(1);
        m.Ask(new PauseCommand("api-web", true, Machine.By()));
        Assert.Equal("request-paused", m.Ask(Full()).Code);
        m.Do(new SubmitRunCommand(Machine.Build()));
        Assert.Equal("wrong-kind", m.Ask(new BounceCommand("build.acme.web.api", false, 1, false, Machine.By())).Code);
        Assert.Equal("wrong-kind", m.Ask(new PauseCommand("build.acme.web.api", true, Machine.By())).Code);
    }
}
