using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using EventType = Pipeline.Mesos.Wire.Event.Types.Type;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>Agents that are lost, leave and come back, and what frameworks hear of their tasks.</summary>
public sealed class LivenessTests : IDisposable
{
    private const double PingTimeout = 30;
    private readonly MasterHarness harness = new();
    private readonly FrameworkClient framework;

    public LivenessTests()
    {
        framework = harness.Subscribe();
        framework.Launch(framework.Offers()[0], Wire.Task("t", harness.Agent.Id));
        harness.Advance(0.1);
        framework.AcknowledgeAll();
        harness.Cycle();
    }

    private W.TaskStatus Last => framework.Updates("t")[^1];

    [Fact]
    public void A_partition_shows_only_after_the_ping_timeout()
    {
        harness.Master.Liveness.Partition(harness.Agent);
        harness.Advance(PingTimeout - 0.1);
        Assert.Equal((AgentPresence.Registered, W.TaskState.TaskRunning), (harness.Agent.Presence, Last.State));
        harness.Advance(0.1);

        Assert.Equal(AgentPresence.Unreachable, harness.Agent.Presence);
        Assert.Equal((W.TaskState.TaskUnreachable, Reason.AgentRemoved, false), (Last.State, Last.Reason, Last.HasUuid));
        Assert.NotNull(Last.UnreachableTime);
    }

    [Fact]
    public void An_unreachable_agent_is_a_failure_and_its_offers_are_rescinded()
    {
        harness.Master.Liveness.Partition(harness.Agent);
        harness.Advance(PingTimeout);

        Assert.Equal(harness.Agent.Id, Assert.Single(framework.All(EventType.Failure)).Failure.AgentId.Value);
        Assert.Equal(framework.Offers()[^1].Id, Assert.Single(framework.All(EventType.Rescind)).Rescind.OfferId);
        Assert.Empty(harness.State.Offers);
    }

    [Fact]
    public void An_unreachable_agent_is_not_offered()
    {
        harness.Master.Liveness.Partition(harness.Agent);
        harness.Advance(PingTimeout);
        var offers = framework.Offers().Count;
        harness.Cycle();

        Assert.Equal(offers, framework.Offers().Count);
    }

    [Fact]
    public void A_partition_that_ends_in_time_goes_unnoticed()
    {
        harness.Master.Liveness.Partition(harness.Agent);
        harness.Advance(PingTimeout - 1);
        var before = framework.Updates().Count;
        harness.Master.Registration.Reconnect(harness.Agent);
        harness.Advance(PingTimeout);

        Assert.Equal((AgentPresence.Registered, before), (harness.Agent.Presence, framework.Updates().Count));
    }

    [Fact]
    public void A_task_that_ran_on_is_running_again_when_its_agent_returns()
    {
        harness.Master.Liveness.Partition(harness.Agent);
        harness.Advance(PingTimeout);
        harness.Master.Registration.Reconnect(harness.Agent);

        Assert.Equal((W.TaskState.TaskRunning, Reason.AgentReregistered), (Last.State, Last.Reason));
        Assert.Null(framework.Framework.Tasks["t"].UnreachableSince);
        Assert.Equal(3000, Wire.Amount(framework.Offers()[^1].Resources, "cpus") * 1000);
    }

    [Fact]
    public void After_a_power_cut_the_task_failed()
    {
        harness.Master.Liveness.PowerOff(harness.Agent);
        harness.Advance(PingTimeout);
        Assert.Equal(W.TaskState.TaskUnreachable, Last.State);
        harness.Master.Registration.Reconnect(harness.Agent);
        framework.AcknowledgeAll();

        Assert.Equal((W.TaskState.TaskFailed, Reason.ExecutorTerminated, "Executor terminated"), (Last.State, Last.Reason, Last.Message));
        Assert.Empty(framework.Framework.Tasks);
        harness.Cycle();
        Assert.Equal(4, Wire.Amount(harness.State.Offers.Values.Select(o => o.ToWire(true)).SelectMany(o => o.Resources), "cpus"));
    }

    [Fact]
    public void Without_checkpoint_a_task_is_lost_with_the_connection()
    {
        var careless = harness.Subscribe("other", info => info.Checkpoint = false);
        framework.Decline(framework.Offers()[^1], 3600);
        harness.Cycle();
        careless.Launch(careless.Offers()[^1], Wire.Task("c", harness.Agent.Id));
        harness.Master.Liveness.Crash(harness.Agent);

        var status = careless.Updates("c")[^1];
        Assert.Equal((W.TaskState.TaskLost, Reason.AgentDisconnected), (status.State, status.Reason));
        Assert.Equal(W.TaskState.TaskRunning, Last.State);
    }

    [Fact]
    public void An_agent_that_unregisters_loses_its_tasks_at_once()
    {
        harness.Master.Liveness.Unregister(harness.Agent);

        Assert.Equal((W.TaskState.TaskLost, Reason.AgentRemoved), (Last.State, Last.Reason));
        Assert.Equal("Agent virtual-00001 removed: the agent unregistered", Last.Message);
        Assert.Empty(framework.Framework.Tasks);
        Assert.Single(framework.All(EventType.Failure));
    }

    [Fact]
    public void Marked_gone_the_tasks_are_gone_by_operator()
    {
        harness.Master.Liveness.MarkGone(harness.Agent);

        Assert.Equal((W.TaskState.TaskGoneByOperator, Reason.AgentRemovedByOperator), (Last.State, Last.Reason));
        Assert.Equal(AgentPresence.Gone, harness.Agent.Presence);
    }

    [Fact]
    public void Marking_an_unreachable_agent_gone_sends_no_second_failure()
    {
        harness.Master.Liveness.Partition(harness.Agent);
        harness.Advance(PingTimeout);
        harness.Master.Liveness.MarkGone(harness.Agent);

        Assert.Single(framework.All(EventType.Failure));
        Assert.Equal(W.TaskState.TaskGoneByOperator, Last.State);
    }

    [Fact]
    public void A_restarted_master_without_registry_learns_task_and_framework_from_the_agent()
    {
        var id = framework.Id;
        harness.Master.Restart(registryKept: false);
        Assert.True(framework.Stream.IsCut);
        Assert.Empty(harness.State.Frameworks);
        harness.Master.Registration.Reconnect(harness.Agent);

        var recovered = harness.State.Frameworks[id];
        Assert.True(recovered.IsRecovered);
        Assert.Equal("t", Assert.Single(recovered.Tasks.Values).Id);
        Assert.Equal(3000, harness.Agent.Free.Cpus);
    }

    [Fact]
    public void A_master_that_waits_for_agents_of_its_registry_does_not_answer_reconciliation()
    {
        var id = framework.Id;
        harness.Master.Restart(registryKept: true);
        var again = harness.Subscribe(id: id);
        again.Reconcile(("t", harness.Agent.Id));
        Assert.Equal(AgentPresence.Recovered, harness.Agent.Presence);
        Assert.Empty(again.Updates());
        harness.Master.Registration.Reconnect(harness.Agent);
        again.Reconcile(("t", harness.Agent.Id));

        Assert.Equal((W.TaskState.TaskRunning, Reason.Reconciliation), (again.Updates("t")[^1].State, again.Updates("t")[^1].Reason));
    }

    public void Dispose() => harness.Dispose();
}
