using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Rollouts;

public sealed class DeployTests
{
    [Fact]
    public void A_deploy_keeps_the_old_instances_until_every_new_one_is_healthy()
    {
        var m = new Machine();
        m.Healthy("v1");
        Assert.Equal("v1", m.Only<DeployHealthy>().DeployId);

        m.Do(new SubmitDeployCommand(Machine.Web("v2", readiness: Machine.Ready)));
        m.Offer("a1");
        m.Offer("a2");
        m.Run("v2.1.1");
        m.Run("v2.2.1");
        m.Probe("v2.1.1", true);
        m.Probe("v2.2.1", true);
        Assert.Empty(m.Calls<KillTask>());
        m.Pass(TimeSpan.FromSeconds(6));
        m.Probe("v2.1.1", true);
        Assert.Empty(m.Calls<KillTask>());
        m.Probe("v2.2.1", true);

        Assert.Equal(["v1.1.1", "v1.2.1"], m.Calls<KillTask>().Select(k => k.TaskId).Order());
        Assert.Single(m.Events.OfType<DeployHealthy>());
        m.Say("v1.1.1", TaskState.Killed);
        m.Say("v1.2.1", TaskState.Killed);
        Assert.Equal(["v1", "v2"], m.Events.OfType<DeployHealthy>().Select(e => e.DeployId));
    }

    [Fact]
    public void A_deploy_that_does_not_become_ready_leaves_the_old_one_untouched()
    {
        var m = new Machine();
        m.Healthy("v1");
        m.Do(new SubmitDeployCommand(Machine.Web("v2", readiness: Machine.Ready)));
        m.Offer("a1");
        m.Offer("a2");
        m.Run("v2.1.1");
        m.Run("v2.2.1");
        m.Probe("v2.1.1", false);
        m.Pass(TimeSpan.FromSeconds(61));

        Assert.Equal((FailureClass.Health, "v2"), (m.Only<DeployFailed>().Class, m.Only<DeployFailed>().DeployId));
        Assert.All(m.Calls<KillTask>(), k => Assert.StartsWith("v2.", k.TaskId, StringComparison.Ordinal));
        Assert.Equal(2, m.Core.State.TasksOf("v1").Count(t => t.IsHealthy));
        Assert.Equal("v1", m.Core.State.Requests["api-web"].ActiveDeploy);
    }

    [Fact]
    public void Three_crashes_fail_a_deploy_and_its_other_instances_are_killed()
    {
        var m = new Machine();
        m.Healthy("v1");
        m.Do(new SubmitDeployCommand(Machine.Web("v2", instances: 2, readiness: Machine.Ready)));
        m.Offer("a1");
        m.Offer("a2");
        m.Run("v2.2.1");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            m.Run($"v2.1.{attempt}");
            m.Say($"v2.1.{attempt}", TaskState.Failed, message: "Command exited with status 1");
            m.Pass(TimeSpan.FromSeconds(5));
            m.Offer("a1");
        }

        Assert.Equal(FailureClass.App, m.Only<DeployFailed>().Class);
        Assert.Contains(m.Calls<KillTask>(), k => k.TaskId == "v2.2.1");
        Assert.DoesNotContain(m.Calls<KillTask>(), k => k.TaskId.StartsWith("v1.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_launch_that_the_agent_cannot_make_fails_the_deploy_as_config()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", instances: 1)));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            m.Pass(TimeSpan.FromSeconds(5));
            m.Offer("a1");
            m.Say($"v1.1.{attempt}", TaskState.Failed, "REASON_CONTAINER_LAUNCH_FAILED",
                "Failed to launch container: Failed to fetch all URIs");
        }

        Assert.Equal(FailureClass.Config, m.Only<DeployFailed>().Class);
    }

    [Fact]
    public void Losing_an_agent_replaces_its_instances_without_blame()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", instances: 1, readiness: Machine.Ready)));
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            m.Pass(TimeSpan.FromSeconds(20));
            m.Offer($"a{attempt}");
            m.Run($"v1.1.{attempt}");
            m.Say($"v1.1.{attempt}", TaskState.Gone, fromMaster: true);
        }

        Assert.Empty(m.Events.OfType<DeployFailed>());
        Assert.Equal(0, m.Core.State.Deploys["v1"].Crashes);
        Assert.Equal(TaskPhase.Pending, m.Task("v1.1.6").Phase);
    }

    [Fact]
    public void An_unreachable_instance_is_replaced_after_the_wait_and_killed_when_it_returns()
    {
        var m = new Machine();
        m.Healthy("v1", instances: 1);
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        m.Pass(TimeSpan.FromSeconds(4));
        Assert.Single(m.Rows);
        m.Pass(TimeSpan.FromSeconds(2));
        m.Offer("a2");
        m.Run("v1.1.2");
        Assert.Equal((FailureClass.Infra, false), (m.Only<TaskFinished>().Class, m.Only<TaskFinished>().Final));

        m.Say("v1.1.1", TaskState.Running, fromMaster: true);
        m.Do(new TaskLookedUp("v1.1.1", "a1", Known: true));
        Assert.Equal("v1.1.1", m.Calls<KillTask>().Single().TaskId);
        m.Pass(TimeSpan.FromSeconds(11));
        Assert.Equal(2, m.Calls<KillTask>().Count);
        m.Say("v1.1.1", TaskState.Killed);
        m.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(2, m.Calls<KillTask>().Count);
    }

    [Fact]
    public void An_unreachable_instance_that_returns_in_time_goes_on()
    {
        var m = new Machine();
        m.Healthy("v1", instances: 1);
        m.Say("v1.1.1", TaskState.Unreachable, fromMaster: true);
        m.Pass(TimeSpan.FromSeconds(3));
        m.Say("v1.1.1", TaskState.Running, "REASON_AGENT_REREGISTERED", fromMaster: true);
        m.Pass(TimeSpan.FromSeconds(30));
        Assert.Single(m.Rows);
        Assert.True(m.Task("v1.1.1").IsHealthy);
    }

    [Fact]
    public void An_instance_that_fails_later_is_replaced_with_growing_pauses()
    {
        var m = new Machine();
        m.Healthy("v1", instances: 1);
        m.Say("v1.1.1", TaskState.Failed, message: "Command exited with status 1");
        m.Offer("a1");
        Assert.Equal(TaskPhase.Pending, m.Task("v1.1.2").Phase);
        m.Pass(TimeSpan.FromSeconds(2));
        m.Offer("a1");
        Assert.Equal(TaskPhase.Launching, m.Task("v1.1.2").Phase);
        Assert.Empty(m.Events.OfType<DeployFailed>());
    }

    [Fact]
    public void A_deploy_whose_statements_do_not_hold_is_never_launched()
    {
        var digest = Digest.Parse(new string('a', 64));
        var m = new Machine(trust: (_, _) => new TrustViolation("signature-invalid", "no"));
        m.Do(new SubmitDeployCommand(Machine.Web("v1", trust: new DeployTrust(digest, digest, "production", 1))));
        m.Offer("a1");
        Assert.Empty(m.Launched);
        Assert.Equal("signature-invalid", m.Only<SecurityEventRaised>().Code);
        Assert.Equal(FailureClass.Security, m.Only<DeployFailed>().Class);
    }

    [Fact]
    public void The_budget_names_what_kept_a_deploy_from_being_healthy()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", cpus: 8)));
        m.Offer("a1", cpus: 4);
        m.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal(FailureClass.Infra, m.Only<DeployFailed>().Class);
        Assert.Contains("needs 8 cpus, best offer 4 on a1", m.Only<DeployFailed>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_deploy_and_a_removed_request_leave_nothing_running()
    {
        var m = new Machine();
        m.Healthy("v1");
        m.Do(new SubmitDeployCommand(Machine.Web("v2")));
        m.Do(new CancelDeployCommand("v2", "wrong one", Actor.Person("eleni")));
        Assert.Empty(m.Core.State.TasksOf("v2"));
        Assert.Equal(2, m.Core.State.TasksOf("v1").Count);

        m.Do(new RemoveRequestCommand("api-web", Actor.Person("eleni")));
        m.Say("v1.1.1", TaskState.Killed);
        m.Say("v1.2.1", TaskState.Killed);
        Assert.Equal(RequestState.Removed, m.Core.State.Requests["api-web"].State);
        Assert.Empty(m.Core.State.Tasks);
    }

    [Theory]
    [InlineData("v1", false)]
    [InlineData("v2", false)]
    [InlineData("v3", false)]
    [InlineData("v1 v2", true)]
    public void What_a_caller_started_is_removed_only_while_the_request_runs_and_rolls_out_nothing_else(string mine, bool isRemoved)
    {
        var m = new Machine();
        m.Healthy("v1");
        m.Do(new SubmitDeployCommand(Machine.Web("v2")));

        var outcome = m.Ask(new RemoveRequestCommand("api-web", Actor.Person("eleni")) { OnlyOf = mine.Split(' ') });

        Assert.Equal(isRemoved, outcome.IsAccepted);
        Assert.Equal(isRemoved ? RequestState.Removing : RequestState.Active, m.Core.State.Requests["api-web"].State);
        if (!isRemoved)
            Assert.Equal("request-runs-another", outcome.Code);
    }

    [Fact]
    public void A_request_without_any_deploy_in_force_is_removed_whoever_asks_by_the_ids_of_his_deploys()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1")));
        m.Do(new CancelDeployCommand("v1", "the promotion ended", Actor.Person("eleni")));
        Assert.True(m.Ask(new RemoveRequestCommand("api-web", Actor.Person("eleni")) { OnlyOf = ["v1"] }).IsAccepted);
        Assert.Equal(RequestState.Removed, m.Core.State.Requests["api-web"].State);

        m.Healthy("v2");
        Assert.Equal("v2", m.Core.State.Requests["api-web"].ActiveDeploy);
        Assert.Equal(RequestState.Active, m.Core.State.Requests["api-web"].State);
    }

    [Fact]
    public void An_instance_killed_by_a_person_is_replaced_at_once()
    {
        var m = new Machine();
        m.Healthy("v1", instances: 1);
        m.Do(new KillTaskCommand("v1.1.1", "stuck", Actor.Person("eleni")));
        m.Say("v1.1.1", TaskState.Killed);
        m.Offer("a1");
        Assert.Equal(TaskPhase.Launching, m.Task("v1.1.2").Phase);
    }
}
