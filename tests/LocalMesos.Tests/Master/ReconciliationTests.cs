using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>What the master answers to RECONCILE and to KILL of a task that it does not know.</summary>
public sealed class ReconciliationTests : IDisposable
{
    private readonly MasterHarness harness = new(agents: 2);
    private readonly FrameworkClient framework;

    public ReconciliationTests() => framework = harness.Subscribe();

    [Theory]
    [InlineData(AgentPresence.Registered, W.TaskState.TaskGone, "Task is unknown to the agent")]
    [InlineData(AgentPresence.Unreachable, W.TaskState.TaskUnreachable, "Task is unreachable")]
    [InlineData(AgentPresence.Gone, W.TaskState.TaskGoneByOperator, "Task is gone")]
    [InlineData(AgentPresence.Removed, W.TaskState.TaskUnknown, "Task is unknown")]
    public void An_unknown_task_is_judged_by_its_agent(object presence, object state, string message)
    {
        harness.Agent.Presence = (AgentPresence)presence;
        framework.Reconcile(("ghost", harness.Agent.Id));
        var status = Assert.Single(framework.Updates());

        Assert.Equal(((W.TaskState)state, "Reconciliation: " + message), (status.State, status.Message));
        Assert.Equal((Reason.Reconciliation, W.TaskStatus.Types.Source.Master, false), (status.Reason, status.Source, status.HasUuid));
    }

    [Fact]
    public void Without_an_agent_nothing_is_known()
    {
        framework.Reconcile(("ghost", null));
        Assert.Equal((W.TaskState.TaskUnknown, null), (framework.Updates()[0].State, framework.Updates()[0].AgentId));
    }

    [Fact]
    public void An_empty_list_asks_for_every_task()
    {
        var agent = framework.Offers()[0].AgentId.Value;
        framework.Launch(framework.Offers()[0], Wire.Task("a", agent), Wire.Task("b", agent));
        framework.Reconcile();

        Assert.Equal(["a", "b"], framework.Updates().Where(s => s.Reason == Reason.Reconciliation).Select(s => s.TaskId.Value).Order());
    }

    [Fact]
    public void The_latest_health_and_container_are_repeated()
    {
        var agent = framework.Offers()[0].AgentId.Value;
        framework.Launch(framework.Offers()[0], Wire.Task("a", agent));
        harness.Advance(0.1);
        framework.AcknowledgeAll();
        framework.Framework.Tasks["a"].Latest!.Healthy = true;
        framework.Reconcile(("a", agent));
        var answer = framework.Updates("a")[^1];

        Assert.Equal((W.TaskState.TaskRunning, true), (answer.State, answer.Healthy));
        Assert.NotNull(answer.ContainerStatus.ContainerId);
    }

    [Fact]
    public void Old_frameworks_hear_TASK_LOST_instead()
    {
        var old = harness.Subscribe("old", info => info.Capabilities.Remove(
            info.Capabilities.Single(c => c.Type == W.FrameworkInfo.Types.Capability.Types.Type.PartitionAware)));
        old.Reconcile(("ghost", harness.Agent.Id));

        Assert.Equal(W.TaskState.TaskLost, Assert.Single(old.Updates()).State);
    }

    [Fact]
    public void Killing_an_unknown_task_is_answered_like_reconciliation()
    {
        framework.Kill("ghost");
        Assert.Equal((W.TaskState.TaskUnknown, Reason.Reconciliation), (framework.Updates()[0].State, framework.Updates()[0].Reason));
    }

    public void Dispose() => harness.Dispose();
}
