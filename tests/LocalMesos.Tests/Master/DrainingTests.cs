using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Master.Machines;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;
using TaskState = Pipeline.Mesos.Wire.TaskState;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>DRAIN_AGENT, DEACTIVATE_AGENT and REACTIVATE_AGENT.</summary>
public sealed class DrainingTests : IDisposable
{
    private readonly MasterHarness harness = new();
    private readonly FrameworkClient framework;

    public DrainingTests()
    {
        framework = harness.Subscribe();
        framework.Launch(framework.Offers()[0], Wire.Task("t", harness.Agent.Id));
        harness.Advance(0.1);
        framework.AcknowledgeAll();
    }

    [Fact]
    public void Draining_kills_the_tasks_with_its_own_reason()
    {
        Drain(markGone: false);
        framework.AcknowledgeAll();
        var end = framework.Updates("t")[^1];

        Assert.Equal((TaskState.TaskKilled, Reason.AgentDraining), (end.State, end.Reason));
        Assert.Equal(W.DrainState.Drained, harness.Agent.Drain!.State);
    }

    [Fact]
    public void It_is_drained_only_when_the_end_is_acknowledged()
    {
        Drain(markGone: false);
        Assert.Equal(W.DrainState.Draining, harness.Agent.Drain!.State);
        Assert.Equal("Agent is still in the DRAINING state", Rejection(harness.Agent));
    }

    [Fact]
    public void A_draining_agent_is_not_offered()
    {
        var offers = framework.Offers().Count;
        Drain(markGone: false);
        framework.AcknowledgeAll();
        harness.Cycle();

        Assert.Equal(offers, framework.Offers().Count);
    }

    [Fact]
    public void Reactivated_it_is_offered_again()
    {
        Drain(markGone: false);
        framework.AcknowledgeAll();
        AgentDraining.Reactivate(harness.Agent);
        harness.Cycle();

        Assert.Null(harness.Agent.Drain);
        Assert.Equal(4, Wire.Amount(framework.Offers()[^1].Resources, "cpus"));
    }

    [Fact]
    public void Drained_to_be_gone_it_is_marked_gone()
    {
        Drain(markGone: true);
        framework.AcknowledgeAll();

        Assert.Equal(TaskState.TaskGoneByOperator, framework.Updates("t")[^1].State);
        Assert.Equal(AgentPresence.Gone, harness.Agent.Presence);
    }

    [Fact]
    public void An_active_agent_cannot_be_reactivated() => Assert.Equal("Agent is not deactivated", Rejection(harness.Agent));

    [Fact]
    public void Deactivation_rescinds_offers_and_leaves_tasks_alone()
    {
        harness.Cycle();
        harness.Master.Draining.Deactivate(harness.Agent);

        Assert.Empty(harness.State.Offers);
        Assert.Equal(TaskState.TaskRunning, framework.States("t")[^1]);
    }

    [Theory]
    [InlineData(TaskState.TaskKilled, false, true, TaskState.TaskKilled, true)]
    [InlineData(TaskState.TaskKilling, false, true, TaskState.TaskKilling, true)]
    [InlineData(TaskState.TaskKilled, true, true, TaskState.TaskGoneByOperator, true)]
    [InlineData(TaskState.TaskKilled, true, false, TaskState.TaskKilled, true)]
    [InlineData(TaskState.TaskFinished, true, true, TaskState.TaskFinished, false)]
    [InlineData(TaskState.TaskRunning, true, true, TaskState.TaskRunning, false)]
    public void Statuses_say_that_the_agent_drains(object before, bool markGone, bool partitionAware, object after, bool marked)
    {
        var status = new W.TaskStatus { State = (TaskState)before };
        DrainStatuses.Mark(status, new W.DrainConfig { MarkGone = markGone }, partitionAware);

        Assert.Equal(((TaskState)after, marked), (status.State, status.HasReason));
    }

    public void Dispose() => harness.Dispose();

    private void Drain(bool markGone) =>
        harness.Master.Draining.Drain(harness.Agent, new W.OperatorCall.Types.DrainAgent { MarkGone = markGone });

    private static string Rejection(AgentSlot agent) =>
        Assert.Throws<CallRejectedException>(() => AgentDraining.Reactivate(agent)).Message;
}
