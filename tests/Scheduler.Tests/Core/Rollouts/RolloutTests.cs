using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Rollouts;

public sealed class RolloutTests
{
    private static readonly Share[] Thirds = [new(1), new(50, Percent: true)];

    private static DeploySubmission Canary(string id, int instances, Acceptance acceptance = Acceptance.Automatic, int? allowed = null,
        params Share[] groups) =>
        Machine.Web(id, instances) with
        {
            Options = new DeployOptions
            {
                Rollout = new Rollout(acceptance, TimeSpan.FromMinutes(2), allowed) { Groups = groups.Length == 0 ? Thirds : groups },
            },
        };

    private static AdvanceDeployCommand Advance(string id, bool accepted = true) =>
        new(id, accepted, accepted ? null : "latency", Actor.Person("eleni"));

    [Fact, Trait("fact", "2")]
    public void Pending_tasks_of_one_deploy_stay_when_another_of_its_request_is_looked_at_afresh()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 2)));
        m.Place();
        m.Ask(new ScaleCommand("api-web", 4, false, false, Machine.By()));
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 2)));
        Assert.Equal(["v1.3.1", "v1.4.1"], m.Live("v1").Where(t => t.Phase == TaskPhase.Pending).Select(t => t.Id));
        m.Ask(new CancelDeployCommand("v2", "no", Kernel.Actor.Person("eleni")));
        Assert.Empty(m.Live("v2"));
        Assert.Equal(["v1.3.1", "v1.4.1"], m.Live("v1").Where(t => t.Phase == TaskPhase.Pending).Select(t => t.Id));
    }

    [Fact, Trait("fact", "65")]
    public void Without_groups_all_start_and_success_removes_all_old()
    {
        var m = Machine.With(4);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 4)));
        Assert.Equal(8, m.Live().Count);
        m.Place();
        Assert.Equal(4, m.Calls<KillTask>().Count);
        m.Bury();
        Assert.Equal("v2", m.Only<DeployHealthy>(e => e.DeployId == "v2").DeployId);
        Assert.Equal(4, m.Live("v2").Count);
    }

    [Fact, Trait("fact", "67")]
    public void Groups_of_two_of_four_run_two_then_four_and_the_old_make_room()
    {
        var m = Machine.With(4);
        m.Do(new SubmitDeployCommand(Canary("v2", 4, groups: new Share(2))));
        Assert.Equal([1, 2], m.Places("v2"));
        Assert.Equal(4, m.Places("v1").Count);
        m.Place();
        Assert.Equal([3, 4], m.Places("v1"));
        Assert.Equal([1, 2, 3, 4], m.Places("v2"));
        m.Bury();
        m.Place();
        m.Bury();
        Assert.Empty(m.Live("v1"));
        Assert.Equal("v2", m.Requests["api-web"].ActiveDeploy);
    }

    [Fact]
    public void Percentages_round_up_and_groups_never_shrink()
    {
        var m = Machine.With(6);
        m.Do(new SubmitDeployCommand(Canary("v2", 6, groups: [new Share(3), new Share(25, true), new Share(67, true)])));
        Assert.Equal(3, m.Places("v2").Count);
        m.Place();
        Assert.Equal(5, m.Places("v2").Count);
    }

    [Fact, Trait("fact", "68")]
    public void Manual_acceptance_holds_the_next_group_until_somebody_says_advance()
    {
        var m = Machine.With(4);
        m.Do(new SubmitDeployCommand(Canary("v2", 4, Acceptance.Manual)));
        Assert.Equal("group-not-healthy", m.Ask(Advance("v2")).Code);
        m.Place();
        m.Bury();
        m.Pass(TimeSpan.FromMinutes(30));
        m.Restart();
        Assert.Equal([1], m.Places("v2"));
        Assert.Equal(3, m.Places("v1").Count);
        Assert.True(m.Ask(Advance("v2")).IsAccepted);
        Assert.Equal([1, 2], m.Places("v2"));
        m.Place();
        Assert.True(m.Ask(Advance("v2")).IsAccepted);
        m.Place();
        m.Bury();
        Assert.Equal("v2", m.Requests["api-web"].ActiveDeploy);
        Assert.Equal("deploy-not-pending", m.Ask(Advance("v2")).Code);
    }

    [Fact]
    public void Timed_acceptance_waits_between_groups_also_over_a_restart()
    {
        var m = Machine.With(2);
        m.Do(new SubmitDeployCommand(Canary("v2", 2, Acceptance.Timed, null, new Share(1))));
        m.Place();
        m.Pass(TimeSpan.FromSeconds(100));
        m.Restart();
        Assert.Equal([1], m.Places("v2"));
        m.Pass(TimeSpan.FromSeconds(21));
        Assert.Equal([1, 2], m.Places("v2"));
        Assert.Equal("deploy-advances-itself", m.Ask(Advance("v2")).Code);
    }

    [Fact, Trait("fact", "69")]
    public void A_check_that_is_pending_holds_and_one_that_accepts_lets_on_to_the_very_end()
    {
        var m = Machine.With(2);
        m.Do(new SubmitDeployCommand(Canary("v2", 2, Acceptance.Checked, null, new Share(1))));
        m.Place();
        m.Pass(TimeSpan.FromMinutes(20));
        Assert.Equal([1], m.Places("v2"));
        m.Ask(Advance("v2"));
        m.Place();
        Assert.Equal(DeployState.Deploying, m.Deploys["v2"].State);
        Assert.Single(m.Places("v1"));
        m.Ask(Advance("v2"));
        m.Bury();
        Assert.Equal(DeployState.Active, m.Deploys["v2"].State);
    }

    [Fact, Trait("fact", "69"), Trait("fact", "70")]
    public void A_check_that_rejects_fails_the_deploy_with_its_text_and_capacity_is_restored()
    {
        var m = Machine.With(4);
        m.Do(new SubmitDeployCommand(Canary("v2", 4, Acceptance.Checked, null, new Share(2))));
        m.Place();
        m.Bury();
        Assert.Equal((2, 2), (m.Healthy(t => t.DeployId == "v1"), m.Healthy(t => t.DeployId == "v2")));
        m.Ask(Advance("v2", accepted: false));
        Assert.Equal("check-rejected", m.Only<DeployFailed>().Code);
        Assert.Contains("latency", m.Only<DeployFailed>().Reason, StringComparison.Ordinal);
        Assert.Equal(4, m.Healthy());
        m.Restart();
        foreach (var back in new[] { "v1.1.2", "v1.2.2" })
        {
            m.Offer("a1", cpus: 0.5m);
            m.Run(back);
            m.Bury();
            Assert.Equal(4, m.Healthy());
        }

        Assert.Equal([1, 2, 3, 4], m.Places("v1"));
        Assert.Empty(m.Live("v2"));
    }

    [Fact, Trait("fact", "71")]
    public void Cancel_of_a_full_deploy_cleans_only_new_tasks()
    {
        var m = Machine.With(2);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 2, Machine.Ready)));
        m.Place();
        Assert.True(m.Ask(new CancelDeployCommand("v2", "no", Actor.Person("eleni"))).IsAccepted);
        Assert.All(m.Calls<KillTask>(), k => Assert.StartsWith("v2.", k.TaskId, StringComparison.Ordinal));
        m.Bury();
        Assert.Equal([1, 2], m.Places("v1"));
        Assert.Equal(("cancelled", DeployState.Cancelled), (m.Only<DeployFailed>().Code, m.Deploys["v2"].State));
        Assert.Equal("not-found", m.Ask(new CancelDeployCommand("v9", "no", Actor.Person("eleni"))).Code);
    }

    [Fact]
    public void Cancel_of_a_deploy_with_groups_lets_new_ones_serve_until_the_old_are_back()
    {
        var m = Machine.With(4);
        m.Do(new SubmitDeployCommand(Canary("v2", 4, Acceptance.Manual, null, new Share(2))));
        m.Place();
        m.Bury();
        m.Do(new CancelDeployCommand("v2", "no", Actor.Person("eleni")));
        Assert.Equal(2, m.Healthy(t => t.DeployId == "v2"));
        m.Place();
        m.Bury();
        Assert.Equal(["v1.1.2", "v1.2.2", "v1.3.1", "v1.4.1"], m.Live().Select(t => t.Id));
    }

    [Theory, Trait("fact", "73")]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    public void One_failure_more_than_allowed_fails_the_deploy(int allowed, int failures)
    {
        var m = Machine.With(2);
        m.Do(new SubmitDeployCommand(Canary("v2", 2, Acceptance.Automatic, allowed, new Share(1))));
        for (var failure = 1; failure <= failures; failure++)
        {
            Assert.Empty(m.Events.OfType<DeployFailed>());
            m.Pass(TimeSpan.FromSeconds(5));
            m.Place(run: false);
            m.Crash($"v2.1.{failure}");
        }

        Assert.Equal("task-failed-on-startup", m.Only<DeployFailed>().Code);
        Assert.Equal(2, m.Healthy(t => t.DeployId == "v1"));
    }

    [Fact, Trait("fact", "73")]
    public void An_allowed_failure_is_replaced_and_the_deploy_succeeds()
    {
        var m = Machine.With(2);
        m.Do(new SubmitDeployCommand(Canary("v2", 2, Acceptance.Automatic, 1, new Share(1))));
        m.Place(run: false);
        m.Crash("v2.1.1");
        m.Pass(TimeSpan.FromSeconds(5));
        m.Place();
        m.Place();
        m.Bury();
        Assert.Equal("v2", m.Requests["api-web"].ActiveDeploy);
    }

    [Fact, Trait("fact", "76")]
    public void Scaled_down_during_a_canary_targets_follow()
    {
        var m = Machine.With(6);
        m.Do(new SubmitDeployCommand(Canary("v2", 6, Acceptance.Manual, null, new Share(50, true))));
        m.Place();
        m.Bury();
        Assert.Equal((3, 3), (m.Places("v1").Count, m.Places("v2").Count));
        m.Ask(new ScaleCommand("api-web", 4, false, false, Machine.By()));
        Assert.Equal((1, 2), (m.Places("v1").Count, m.Places("v2").Count));
    }

    [Fact, Trait("fact", "79")]
    public void Given_a_deploy_over_budget_it_fails_and_the_old_is_restored()
    {
        var m = Machine.With(2);
        var slow = Canary("v2", 2, Acceptance.Automatic, null, new Share(1));
        m.Do(new SubmitDeployCommand(slow with { Readiness = Machine.Ready, Budget = TimeSpan.FromSeconds(30) }));
        m.Place();
        m.Pass(TimeSpan.FromSeconds(31));
        Assert.Equal("failed-health-checks", m.Only<DeployFailed>().Code);
        m.Bury();
        Assert.Equal([1, 2], m.Places("v1"));
        Assert.Empty(m.Live("v2"));
    }

    [Fact]
    public void Each_group_has_its_own_budget_and_waiting_for_acceptance_costs_none()
    {
        var m = Machine.With(2);
        var deploy = Canary("v2", 2, Acceptance.Manual, null, new Share(1));
        m.Do(new SubmitDeployCommand(deploy with { Budget = TimeSpan.FromMinutes(1) }));
        m.Place();
        m.Pass(TimeSpan.FromMinutes(10));
        m.Ask(Advance("v2"));
        m.Pass(TimeSpan.FromSeconds(50));
        m.Restart();
        m.Pass(TimeSpan.FromSeconds(5));
        Assert.Empty(m.Events.OfType<DeployFailed>());
        m.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal("could-not-be-scheduled", m.Only<DeployFailed>().Code);
    }

    [Fact, Trait("fact", "80")]
    public void A_deploy_that_skips_health_succeeds_without_its_check()
    {
        var m = Machine.With(1);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 1, Machine.Ready) with { Options = new DeployOptions { SkipHealth = true } }));
        m.Place();
        m.Bury();
        Assert.Equal("v2", m.Requests["api-web"].ActiveDeploy);
    }

    [Fact, Trait("fact", "85")]
    public void Success_leaves_no_pending_task_of_the_old_deploy()
    {
        var m = Machine.With(2);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 2)));
        m.Place(run: false);
        m.Crash("v1.1.1");
        Assert.Contains(m.Live("v1"), t => t.Phase == TaskPhase.Pending);
        m.Run("v2.1.1");
        m.Run("v2.2.1");
        m.Bury();
        Assert.Empty(m.Live("v1"));
    }

    [Fact]
    public void Every_failure_has_its_word()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("ended", 1)));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            m.Place(run: false);
            m.Say($"ended.1.{attempt}", TaskState.Finished, message: "Command exited with status 0");
            m.Pass(TimeSpan.FromSeconds(5));
        }

        m.Do(new SubmitDeployCommand(Machine.Web("slow", 1)));
        m.Place(run: false);
        m.Say("slow.1.1", TaskState.Starting);
        m.Pass(TimeSpan.FromMinutes(6));
        m.Bury();
        m.Do(new SubmitDeployCommand(Machine.Web("old", 1)));
        m.Do(new SubmitDeployCommand(Machine.Web("new", 1)));
        m.Do(new RemoveRequestCommand("api-web", Actor.Person("eleni")));
        Assert.Equal(["expected-running-finished", "never-entered-running", "superseded", "request-removed"],
            m.Events.OfType<DeployFailed>().Select(e => e.Code));
    }

    [Fact, Trait("fact", "135")]
    public void A_service_may_become_a_worker_and_nothing_else_changes_its_kind()
    {
        var m = Machine.With(1);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 1) with { Kind = RequestKind.Worker }));
        m.Place();
        Assert.Equal(RequestKind.Worker, m.Requests["api-web"].Kind);
        var cron = Machine.Nightly("v3", new Schedule("0 3 * * *")) with { RequestId = "api-web" };
        Assert.Equal("config-invalid", m.Ask(new SubmitDeployCommand(cron)).Code);
        Assert.Equal("v2", m.Requests["api-web"].ActiveDeploy);
    }

    [Fact]
    public void A_crash_while_a_group_waits_gives_it_its_budget_again_and_blames_nobody_else()
    {
        var m = Machine.With(2);
        m.Do(new SubmitDeployCommand(Canary("v2", 2, Acceptance.Manual, null, new Share(1))));
        m.Place();
        m.Say("v2.1.1", TaskState.Gone, fromMaster: true);
        Assert.Null(m.Deploys["v2"].Progress.HealthyAt);
        Assert.Equal("group-not-healthy", m.Ask(Advance("v2")).Code);
        m.Place();
        Assert.True(m.Ask(Advance("v2")).IsAccepted);
    }
}
