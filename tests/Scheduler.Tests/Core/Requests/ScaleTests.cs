using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Requests;

public sealed class ScaleTests
{
    private static ScaleCommand To(int instances, TimeSpan? lasts = null, bool acknowledged = false, bool bounce = false) =>
        new("api-web", instances, acknowledged, bounce, Machine.By(lasts));

    [Fact]
    public void Scaled_up_the_lowest_free_numbers_come_and_scaled_down_the_highest_leave()
    {
        var m = Machine.With(3);
        Assert.True(m.Ask(To(5)).IsAccepted);
        m.Place();
        Assert.Equal([1, 2, 3, 4, 5], m.Places("v1"));

        Assert.True(m.Ask(To(2)).IsAccepted);
        Assert.Equal([1, 2], m.Places("v1"));
        m.Bury();
        Assert.Equal(2, m.Live().Count);
        m.Do(new ScaleCommand("api-web", 3, false, false, Machine.By()));
        m.Place();
        Assert.Equal([1, 2, 3], m.Places("v1"));
        Assert.Equal("v1.3.2", m.Live("v1")[2].Id);
    }

    [Fact, Trait("fact", "101")]
    public void Scale_expires_and_the_old_count_is_back_also_after_a_restart()
    {
        var m = Machine.With(2);
        m.Ask(To(4, TimeSpan.FromMinutes(10)));
        m.Place();
        m.Pass(TimeSpan.FromMinutes(5));
        m.Restart();
        Assert.Equal(4, m.Places("v1").Count);
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal([1, 2], m.Places("v1"));
        Assert.Equal("scale-ended", m.Events.OfType<RequestChanged>().Last().What);
        Assert.Null(m.Requests["api-web"].Overrides.Scale);
    }

    [Fact]
    public void A_timed_scale_ends_to_the_permanent_one_before_it()
    {
        var m = Machine.With(2);
        m.Ask(To(3));
        m.Ask(To(6, TimeSpan.FromMinutes(10)));
        m.Ask(To(5, TimeSpan.FromMinutes(10)));
        m.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal(3, m.Places("v1").Count);
        Assert.True(m.Ask(new EndScaleCommand("api-web", false, Machine.By())).IsAccepted);
        Assert.Equal(2, m.Places("v1").Count);
        Assert.Equal("not-scaled", m.Ask(new EndScaleCommand("api-web", false, Machine.By())).Code);
    }

    [Fact, Trait("fact", "103")]
    public void Scale_with_bounce_reverts_with_bounce()
    {
        var m = Machine.With(2);
        m.Ask(To(3, TimeSpan.FromMinutes(10), bounce: true));
        m.Place();
        m.Bury();
        Assert.All(m.Live("v1"), t => Assert.True(t.Attempt == 2 || t.Instance == 3));
        m.Pass(TimeSpan.FromMinutes(11));
        m.Place();
        m.Bury();
        Assert.Equal(["v1.1.3", "v1.2.3"], m.Live("v1").Select(t => t.Id));
    }

    [Theory]
    [InlineData(12, 1, true)]
    [InlineData(12, 5, true)]
    [InlineData(12, 6, false)]
    [InlineData(10, 1, false)]
    [InlineData(30, 19, true)]
    [InlineData(30, 20, false)]
    public void A_large_drop_needs_to_be_acknowledged(int from, int to, bool guarded)
    {
        var m = Machine.With(from);
        Assert.Equal(guarded ? "large-scale-down" : null, m.Ask(To(to)).Code);
        Assert.Equal(guarded ? from : to, m.Places("v1").Count);
        Assert.True(m.Ask(To(to, acknowledged: true)).IsAccepted);
        Assert.Equal(to, m.Places("v1").Count);
    }

    [Fact, Trait("fact", "132")]
    public void Instances_above_the_request_or_global_maximum_are_refused()
    {
        var m = Machine.With(2, new DeployOptions { MaxInstances = 4 });
        Assert.Equal("instances-out-of-range", m.Ask(To(5)).Code);
        Assert.Equal("instances-out-of-range", m.Ask(To(-1)).Code);
        var open = Machine.With(2, settings: new CoreSettings("test", "pipeline") { MaxInstances = 10 });
        Assert.Equal("instances-out-of-range", open.Ask(To(11)).Code);
        Assert.Equal("not-found", open.Ask(new ScaleCommand("nobody", 1, false, false, Machine.By())).Code);
    }

    [Fact, Trait("fact", "136")]
    public void A_new_deploy_keeps_the_count_that_a_person_set()
    {
        var m = Machine.With(2);
        m.Ask(To(4));
        m.Place();
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 2)));
        m.Place();
        m.Bury();
        Assert.Equal(4, m.Places("v2").Count);
        Assert.Empty(m.Live("v1"));
    }

    [Fact]
    public void A_removed_instance_number_is_not_replaced_when_it_ends_later()
    {
        var m = Machine.With(3);
        m.Ask(To(1));
        m.Crash("v1.3.1");
        m.Bury();
        Assert.Equal(["v1.1.1"], m.Live().Select(t => t.Id));
    }

    [Fact]
    public void Scaled_to_nothing_and_back_it_runs_again()
    {
        var m = Machine.With(2);
        m.Ask(To(0));
        m.Bury();
        Assert.Empty(m.Live());
        m.Restart();
        m.Ask(To(2));
        m.Place();
        Assert.Equal(2, m.Healthy());
    }

    [Fact, Trait("fact", "39")]
    public void A_kill_ends_the_task_and_its_replacement_pends()
    {
        var m = Machine.With(2);
        Assert.True(m.Ask(new KillTaskCommand("v1.1.1", "stuck", Actor.Person("eleni"))).IsAccepted);
        Assert.Equal(TimeSpan.FromSeconds(10), m.Calls<KillTask>().Single().Grace);
        m.Say("v1.1.1", TaskState.Killed);
        Assert.Equal(TaskPhase.Pending, m.Task("v1.1.2").Phase);
        Assert.Equal("not-found", m.Ask(new KillTaskCommand("v1.1.1", "again", Actor.Person("eleni"))).Code);
    }

    [Fact, Trait("fact", "40")]
    public void A_destroy_gives_only_that_task_no_grace()
    {
        var m = Machine.With(2);
        m.Ask(new KillTaskCommand("v1.2.1", "wedged", Actor.Person("eleni"), Destroy: true));
        Assert.All(m.Calls<KillTask>(), k => Assert.Equal("v1.2.1", k.TaskId));
        Assert.Equal(TimeSpan.Zero, m.Calls<KillTask>()[^1].Grace);
    }

    [Fact, Trait("fact", "41")]
    public void A_task_bounce_lets_the_old_one_live_until_the_new_is_healthy()
    {
        var m = Machine.With(2);
        var replace = new KillTaskCommand("v1.1.1", "leaks", Actor.Person("eleni"), Replace: true);
        Assert.True(m.Ask(replace).IsAccepted);
        Assert.Equal("task-leaving", m.Ask(replace).Code);
        Assert.Empty(m.Calls<KillTask>());
        m.Restart();
        m.Place();
        Assert.Equal("v1.1.1", m.Calls<KillTask>().Single().TaskId);
        m.Bury();
        Assert.Equal(["v1.1.2", "v1.2.1"], m.Live().Select(t => t.Id));
    }

    [Fact, Trait("fact", "49")]
    public void A_deploy_success_during_a_task_bounce_overrides_it()
    {
        var m = Machine.With(2);
        m.Ask(new KillTaskCommand("v1.1.1", "leaks", Actor.Person("eleni"), Replace: true));
        m.Do(new SubmitDeployCommand(Machine.Web("v2")));
        m.Place();
        m.Bury();
        Assert.Equal(["v2.1.1", "v2.2.1"], m.Live().Select(t => t.Id));
        Assert.Equal("v2", m.Requests["api-web"].ActiveDeploy);
    }
}
