using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Core.Cluster;

public sealed class AgentTests
{
    [Fact]
    [Trait("fact", "105")]
    public void Decommission_replaces_elsewhere_first_kills_after_the_replacement_is_healthy_and_ends_when_empty()
    {
        var m = Placed(out var agent, out var old);
        Assert.True(m.On(MachineAction.Decommission, agent).IsAccepted);
        Assert.Equal(MachineState.Draining, m.StateOf(agent));
        Assert.Empty(m.Calls<KillTask>());
        m.OfferAll(3);
        var replacement = m.Live("v1").Single(t => t.Phase == TaskPhase.Launching);
        Assert.NotEqual(agent, replacement.AgentId);
        Assert.Empty(m.Calls<KillTask>());
        m.Run(replacement.Id);
        Assert.Equal(old, m.Calls<KillTask>().Single().TaskId);
        Assert.Equal(MachineState.Draining, m.StateOf(agent));
        m.Say(old, TaskState.Killed);
        Assert.Equal(MachineState.Decommissioned, m.StateOf(agent));
        Assert.Equal(["draining", "decommissioned"], m.Events.OfType<MachineChanged>().Select(e => e.State));
    }

    [Fact]
    [Trait("fact", "105")]
    public void An_empty_agent_is_decommissioned_at_once_and_so_is_an_empty_rack()
    {
        var m = new Machine();
        m.OfferAll(2, racks: 2);
        Assert.Equal("Agent a1 is decommissioned.".ToLowerInvariant(), m.On(MachineAction.Decommission, "a1").Detail!.ToLowerInvariant());
        Assert.True(m.On(MachineAction.Decommission, "rack2", MachineKind.Rack).IsAccepted);
        Assert.Equal(MachineState.Decommissioned, m.StateOf("a1"));
        Assert.Equal(MachineState.Decommissioned, m.StateOf("rack2", MachineKind.Rack));
    }

    [Fact]
    [Trait("fact", "105")]
    public void Decommission_of_a_rack_empties_its_agents_so_many_at_a_time()
    {
        var m = new Machine(settings: new CoreSettings("test", "pipeline") { MaxDraining = 1 });
        m.Do(new SubmitDeployCommand(Machine.Placed("v1", 4, new Placement(PlacementStrategy.SeparateByDeploy))));
        m.OfferAll(4, racks: 2);
        m.RunAll();
        m.On(MachineAction.Decommission, "rack1", MachineKind.Rack);
        Assert.Single(m.Live("v1"), t => t.Leaving is not null);
        for (var round = 0; round < 3; round++)
        {
            m.OfferAll(8, racks: 2, prefix: "b");
            m.RunAll();
            m.Bury();
            m.Do(new Tick());
        }

        Assert.Equal(MachineState.Decommissioned, m.StateOf("rack1", MachineKind.Rack));
        Assert.Equal(4, m.Healthy());
        Assert.All(m.Live("v1"), t => Assert.Equal("rack2", t.Rack));
    }

    [Fact]
    [Trait("fact", "106")]
    public void ON_DEMAND_and_RUN_ONCE_tasks_are_not_moved_by_decommission_the_agent_waits()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");
        m.Run("build.1.1.1");
        m.On(MachineAction.Decommission, "a1");
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Empty(m.Calls<KillTask>());
        Assert.Equal(MachineState.Draining, m.StateOf("a1"));
        Assert.Equal("run-under-way", m.Whys["agent/a1"].Blockers.Single().Code);
        m.Say("build.1.1.1", TaskState.Finished, message: "Command exited with status 0");
        Assert.Equal(MachineState.Decommissioned, m.StateOf("a1"));
        Assert.Empty(m.Whys);
    }

    [Fact]
    [Trait("fact", "107")]
    public void Scheduled_task_that_ends_during_decommission_is_scheduled_again()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Nightly("n1", new Schedule("*/5 * * * *"))));
        m.Pass(TimeSpan.FromMinutes(6));
        m.Offer("a1");
        m.RunAll();
        var first = m.Live().Single(t => t.Phase == TaskPhase.Running);
        m.On(MachineAction.Decommission, "a1");
        m.Say(first.Id, TaskState.Finished, message: "Command exited with status 0");
        Assert.Equal(MachineState.Decommissioned, m.StateOf("a1"));
        m.Pass(TimeSpan.FromMinutes(6));
        m.Offer("a1");
        Assert.Single(m.Live(), t => t.Phase == TaskPhase.Pending);
        m.Offer("a2");
        Assert.Equal("a2", m.Live().Single(t => t.Phase == TaskPhase.Launching).AgentId);
    }

    [Fact]
    [Trait("fact", "108")]
    public void Frozen_agent_gets_no_launches_unfreeze_launches_frozen_can_be_decommissioned_frozen_twice_is_refused()
    {
        var m = new Machine();
        m.OfferAll(1);
        Assert.True(m.On(MachineAction.Freeze, "a1").IsAccepted);
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.OfferAll(1);
        Assert.Empty(m.Launched);
        Assert.Empty(m.Core.Held);
        Assert.Equal("frozen", m.Why("build.1.1.1").Blockers.Single().Code);
        Assert.Contains("1 agent frozen", m.Task("build.1.1.1").Why, StringComparison.Ordinal);
        Assert.Equal("already-frozen", m.On(MachineAction.Freeze, "a1").Code);
        Assert.True(m.On(MachineAction.Activate, "a1").IsAccepted);
        m.Pass(TimeSpan.FromSeconds(1));
        m.OfferAll(1);
        Assert.Single(m.Launched);
        m.On(MachineAction.Freeze, "a1");
        Assert.True(m.On(MachineAction.Decommission, "a1").IsAccepted);
    }

    [Theory]
    [Trait("fact", "109")]
    [InlineData("Decommission", "Freeze", "illegal-transition")]
    [InlineData("Decommission", "Drain", "illegal-transition")]
    [InlineData("Decommission", "Decommission", "already-decommissioned")]
    [InlineData("Activate", "Activate", "already-active")]
    public void Illegal_transitions_are_rejected(string first, string second, string code)
    {
        var m = new Machine();
        m.OfferAll(1);
        m.On(Enum.Parse<MachineAction>(first), "a1");
        var refused = m.On(Enum.Parse<MachineAction>(second), "a1");
        Assert.Equal((code, 409), (refused.Code, refused.Status));
    }

    [Fact]
    [Trait("fact", "109")]
    public void Illegal_transitions_are_rejected_also_for_expiring_targets()
    {
        var m = new Machine();
        m.OfferAll(1);
        m.On(MachineAction.Decommission, "a1");
        Assert.Equal("invalid-expiry", m.On(MachineAction.Activate, "a1", lasts: TimeSpan.FromHours(1)).Code);
        Assert.Equal("invalid-expiry", m.On(MachineAction.Freeze, "a1", lasts: TimeSpan.FromHours(1), kill: true).Code);
        Assert.Equal("not-found", m.On(MachineAction.Freeze, "nowhere").Code);
    }

    [Fact]
    [Trait("fact", "109")]
    public void A_system_change_drops_an_invalid_expiring_change()
    {
        var m = Placed(out var agent, out var old);
        m.On(MachineAction.Decommission, agent, lasts: TimeSpan.FromHours(1), kill: true);
        m.OfferAll(3);
        m.RunAll();
        m.Say(old, TaskState.Killed);
        Assert.Equal(MachineState.Decommissioned, m.StateOf(agent));
        Assert.Null(m.Machines[(MachineKind.Agent, agent)].Change.Until);
        var kills = m.Calls<KillTask>().Count;
        m.Pass(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(5));
        Assert.Equal(kills, m.Calls<KillTask>().Count);
        Assert.Equal(MachineState.Decommissioned, m.StateOf(agent));
    }

    [Fact]
    [Trait("fact", "110")]
    public void Decommission_timeout_kills_remaining_tasks()
    {
        var m = new Machine();
        m.Do(new SubmitRunCommand(Machine.Build()));
        m.Offer("a1");
        m.Run("build.1.1.1");
        m.On(MachineAction.Decommission, "a1", lasts: TimeSpan.FromMinutes(5), kill: true);
        m.Pass(TimeSpan.FromMinutes(4));
        Assert.Empty(m.Calls<KillTask>());
        m.Pass(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));
        Assert.Equal("build.1.1.1", m.Calls<KillTask>()[0].TaskId);
        m.Say("build.1.1.1", TaskState.Killed);
        Assert.Equal(MachineState.Decommissioned, m.StateOf("a1"));
        // It did nothing wrong: it is tried again elsewhere.
        Assert.Equal((FailureClass.Infra, false), (m.Only<TaskFinished>().Class, m.Only<TaskFinished>().Final));
        Assert.Equal(TaskPhase.Pending, m.Task("build.1.1.2").Phase);
    }

    [Fact]
    public void A_freeze_and_a_drain_that_are_over_leave_the_state_before()
    {
        var m = Placed(out var agent, out _);
        m.On(MachineAction.Freeze, agent);
        m.On(MachineAction.Drain, agent, lasts: TimeSpan.FromMinutes(5));
        Assert.Single(m.Live("v1"), t => t.Leaving is not null);
        m.Pass(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        Assert.Equal(MachineState.Frozen, m.StateOf(agent));
        Assert.DoesNotContain(m.Live("v1"), t => t.Leaving is not null);
        Assert.Equal(2, m.Live("v1").Count);
        Assert.Contains("over", m.Machines[(MachineKind.Agent, agent)].Change.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Activating_a_draining_agent_keeps_what_is_on_it_and_drops_replacements_that_are_not_healthy()
    {
        var m = Placed(out var agent, out var old);
        m.On(MachineAction.Drain, agent);
        m.OfferAll(3);
        var replacement = m.Live("v1").Single(t => t.Phase == TaskPhase.Launching);
        m.On(MachineAction.Activate, agent);
        Assert.Equal(replacement.Id, m.Calls<KillTask>().Single().TaskId);
        Assert.Null(m.Task(old).Leaving);
    }

    [Fact]
    public void What_operators_decided_survives_a_restart_with_its_expiry()
    {
        var m = Placed(out var agent, out _);
        m.On(MachineAction.Freeze, agent, lasts: TimeSpan.FromMinutes(5));
        m.Restart();
        Assert.Equal(MachineState.Frozen, m.Core.State.Machines.StateOf(agent, "rack1"));
        m.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal(MachineState.Active, m.StateOf(agent));
    }

    [Fact]
    [Trait("fact", "112")]
    public void Inactive_host_rejoining_agent_is_decommissioned_reactivation_removes_it_from_the_list()
    {
        var m = new Machine();
        m.OfferAll(1);
        m.On(MachineAction.Decommission, "a1");
        m.Receive(new AgentRemoved("a1"));
        m.Do(new SubmitRunCommand(Machine.Build()));
        void Rejoin() => m.Receive(new OffersReceived([m.OfferOf("a1-anew", 4, 4096, [], "rack1", host: "a1")]));
        Rejoin();
        Assert.Empty(m.Launched);
        m.On(MachineAction.Activate, "a1-anew");
        Rejoin();
        Assert.Single(m.Launched);
    }

    [Fact]
    [Trait("fact", "104")]
    public void Dead_and_missing_agents_are_purged_after_the_configured_hours()
    {
        var m = new Machine(settings: new CoreSettings("test", "pipeline") { PurgeAfter = TimeSpan.FromHours(2) });
        m.OfferAll(2);
        m.On(MachineAction.Decommission, "a1");
        m.Receive(new AgentRemoved("a1"));
        Assert.Equal(AgentState.Dead, m.Agents["a1"].State);
        m.Pass(TimeSpan.FromHours(1.5));
        Assert.Contains("a1", m.Agents.Keys);
        m.Pass(TimeSpan.FromHours(2));
        Assert.Equal(["a2"], m.Agents.Keys);
        Assert.Equal(MachineState.Decommissioned, m.StateOf("a1"));
    }

    [Fact]
    [Trait("fact", "111")]
    public void Agents_known_from_before_that_are_silent_after_the_start_are_missing_and_later_dead()
    {
        var m = new Machine(settings: new CoreSettings("test", "pipeline") { MissingAfter = TimeSpan.FromMinutes(2), DeadAfter = TimeSpan.FromMinutes(20) });
        m.OfferAll(2);
        m.Restart();
        m.Pass(TimeSpan.FromMinutes(5));
        // Idle: no agent offers, and that says nothing.
        Assert.All(m.Agents.Values, a => Assert.Equal(AgentState.Active, a.State));
        m.Do(new SubmitRunCommand(Machine.Build(cpus: 64)));
        m.OfferAll(1);
        m.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal([AgentState.Active, AgentState.Missing], m.Agents.Values.OrderBy(a => a.Id).Select(a => a.State));
        Assert.Contains(m.Why("build.1.1.1").Blockers, b => b is { Code: "missing", Agents: 1 });
        m.Pass(TimeSpan.FromMinutes(20));
        Assert.Equal(AgentState.Dead, m.Agents["a2"].State);
        m.OfferAll(2);
        Assert.Equal(AgentState.Active, m.Agents["a2"].State);
    }

    [Fact]
    [Trait("fact", "86")]
    public void Given_a_decommission_while_a_deploy_is_pending_its_tasks_stay_until_it_is_settled()
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 2, Machine.Ready)));
        m.Offer("a1");
        m.Offer("a2");
        m.RunAll();
        m.On(MachineAction.Decommission, "a1");
        Assert.DoesNotContain(m.Live(), t => t.Leaving is not null);
        Assert.All(m.Whys["agent/a1"].Blockers, b => Assert.Equal("deploy-under-way", b.Code));
        foreach (var wait in new[] { 0, 6 })
        {
            m.Pass(TimeSpan.FromSeconds(wait));
            m.Probe("v1.1.1", true);
            m.Probe("v1.2.1", true);
        }

        Assert.Equal("v1", m.Only<DeployHealthy>().DeployId);
        Assert.Contains(m.Live(), t => t.Leaving is not null);
    }

    private static Machine Placed(out string agent, out string task)
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(Machine.Web("v1", 2)));
        m.OfferAll(3);
        m.RunAll();
        Assert.Equal(2, m.Healthy());
        agent = m.Task("v1.1.1").AgentId!;
        task = "v1.1.1";
        return m;
    }
}
