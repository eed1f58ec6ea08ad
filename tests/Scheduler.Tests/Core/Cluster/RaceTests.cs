using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Cluster;

/// <summary>Things that happen at the same time: each was found by a seed of the simulation.</summary>
public sealed class RaceTests
{
    private static readonly DeployOptions Canary = new() { Rollout = new Rollout(Acceptance.Manual) { Groups = [new Share(2)] } };

    [Fact]
    public void Old_instances_make_no_room_for_new_ones_that_were_proven_and_have_died_since()
    {
        var m = Machine.With(4);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 4) with { Options = Canary }));
        m.Place();
        m.Bury();
        Assert.Equal((2, 2), (m.Healthy(t => t.DeployId == "v1"), m.Healthy(t => t.DeployId == "v2")));
        m.Ask(new ScaleCommand("api-web", 6, false, false, Machine.By()));
        m.Place();
        Assert.Equal(4, m.Healthy(t => t.DeployId == "v1"));
        m.Crash("v2.1.1");
        m.Crash("v2.2.1");

        m.Ask(new ScaleCommand("api-web", 4, true, false, Machine.By()));
        Assert.Equal(4, m.Healthy(t => t.DeployId == "v1"));
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(1));
        m.Place();
        m.Bury();
        Assert.Equal((2, 2), (m.Healthy(t => t.DeployId == "v1"), m.Healthy(t => t.DeployId == "v2")));
    }

    [Fact]
    public void An_instance_that_the_end_of_another_let_go_is_not_killed_once_more()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 2, cpus: 3)));
        m.Place();
        m.Say("v1.2.1", TaskState.Unreachable, fromMaster: true);
        m.Pass(TimeSpan.FromMinutes(15));
        Assert.Equal(LeaveCause.Unreachable, m.Task("v1.2.1").Leaving!.Cause);
        m.Ask(new KillTaskCommand("v1.1.1", "no", Actor.Person("eleni")));
        m.Say("v1.1.1", TaskState.Killed);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 1)));
        m.Offer("a9", cpus: 1);
        m.Run("v2.1.1");
        Assert.Equal(DeployState.Active, m.Deploys["v2"].State);
        Assert.Empty(m.Live("v1"));
        m.Restart();
        Assert.Equal("v2.1.1", m.Live().Single().Id);
    }

    [Fact]
    public void A_run_that_is_asked_for_twice_and_cancelled_in_between_within_one_step_runs_once()
    {
        var core = new ClusterMachine(new CoreSettings("test", "pipeline"), (_, _) => null, Snapshot.Empty, new Machine().Now);
        var effects = core.Handle(
            [
                new SubmitRunCommand(Machine.Build()), new CancelRunCommand("build.1", "newer push", Actor.Person("eleni")),
                new SubmitRunCommand(Machine.Build())
            ],
            new Machine().Now);
        Assert.Equal(TaskPhase.Killed, effects.Tasks["build.1.1.1"].Phase);
        Assert.Single(effects.Events, e => e.Event is TaskFinished { Final: true });
    }

    [Fact]
    public void A_paused_request_gives_up_what_is_out_of_reach_also_when_it_was_to_be_replaced()
    {
        var m = Machine.With(2);
        m.Ask(new KillTaskCommand("v1.2.1", "no", Actor.Person("eleni"), Replace: true));
        m.Ask(new PauseCommand("api-web", false, Machine.By()));
        m.Say("v1.2.1", TaskState.Unreachable, fromMaster: true);
        m.Pass(TimeSpan.FromMinutes(15));
        Assert.DoesNotContain(m.Live(), t => t.Phase == TaskPhase.Unreachable);
    }

    [Fact]
    public void A_deploy_that_came_later_and_failed_does_not_keep_the_one_in_force_from_being_done()
    {
        var m = Machine.With(4);
        m.Do(new SubmitDeployCommand(Machine.Web("v2", 4)));
        m.Place();
        Assert.Equal(DeployState.Retiring, m.Deploys["v2"].State);
        m.Pass(TimeSpan.FromSeconds(1));
        m.Do(new SubmitDeployCommand(Machine.Web("v3", 4) with { Options = Canary }));
        foreach (var agent in new[] { "a1", "a2" })
            m.Offer(agent);
        m.RunAll();
        m.Ask(new PauseCommand("api-web", false, Machine.By()));
        Assert.Equal(DeployState.Failed, m.Deploys["v3"].State);
        Assert.Contains(m.Live("v3"), t => t.Leaving is { Cause: LeaveCause.DeployFailed });
        foreach (var task in m.Live("v1"))
            m.Say(task.Id, TaskState.Killed);
        Assert.Equal(DeployState.Active, m.Deploys["v2"].State);
        Assert.Equal("v2", m.Events.OfType<DeployHealthy>().Last().DeployId);
    }
}
