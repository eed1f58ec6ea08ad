using Google.Protobuf;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using EventType = Pipeline.Mesos.Wire.Event.Types.Type;

namespace Pipeline.LocalMesos.Tests.Agents;

/// <summary>An agent's tasks and what it reports of them.</summary>
public sealed class AgentTests : IDisposable
{
    private readonly MasterHarness harness = new();
    private readonly FrameworkClient framework;

    public AgentTests()
    {
        framework = harness.Subscribe();
        framework.Launch(framework.Offers()[0], Wire.Task("t", harness.Agent.Id));
    }

    [Fact]
    public void Unacknowledged_updates_hold_later_ones_back()
    {
        harness.Advance(0.1);
        framework.Kill("t");

        Assert.Equal([W.TaskState.TaskStarting], framework.States("t"));
        Assert.True(harness.Agent.Agent.Tasks.Single().Statuses.Count >= 3);
    }

    [Fact]
    public void A_task_is_over_only_when_its_end_is_acknowledged()
    {
        harness.Advance(0.1);
        framework.Kill("t");
        while (framework.States("t")[^1] != W.TaskState.TaskKilled)
            framework.Acknowledge(framework.Updates("t")[^1]);
        Assert.Single(harness.Agent.Agent.Tasks);
        framework.Acknowledge(framework.Updates("t")[^1]);

        Assert.Empty(harness.Agent.Agent.Tasks);
        Assert.Equal("t", Assert.Single(harness.Agent.Agent.CompletedTasks).TaskId);
        Assert.Equal("t", Assert.Single(framework.Framework.CompletedTasks).Id);
    }

    [Fact]
    public void A_wrong_uuid_acknowledges_nothing()
    {
        framework.Acknowledge(framework.Updates("t")[0], ByteString.CopyFromUtf8("0123456789abcdef"));
        harness.Advance(0.1);

        Assert.Equal([W.TaskState.TaskStarting], framework.States("t"));
    }

    [Fact]
    public void Killing_twice_reports_one_end()
    {
        harness.Advance(0.1);
        framework.Kill("t");
        framework.Kill("t");
        framework.AcknowledgeAll();

        Assert.Single(framework.States("t"), W.TaskState.TaskKilled);
    }

    [Fact]
    public void An_agent_that_is_cut_off_takes_no_kill()
    {
        harness.Advance(0.1);
        framework.AcknowledgeAll();
        harness.Agent.Agent.Partition();
        framework.Kill("t");
        harness.Agent.Agent.Reconnect();
        framework.AcknowledgeAll();

        Assert.Equal(W.TaskState.TaskRunning, framework.States("t")[^1]);
    }

    [Fact]
    public void Updates_of_a_cut_off_agent_come_when_it_is_back()
    {
        framework.AcknowledgeAll();
        harness.Agent.Agent.Partition();
        harness.Advance(0.1);
        Assert.Equal([W.TaskState.TaskStarting], framework.States("t"));
        harness.Agent.Agent.Reconnect();

        Assert.Equal([W.TaskState.TaskStarting, W.TaskState.TaskRunning], framework.States("t"));
    }

    [Fact]
    public void A_killed_executor_is_a_failed_task()
    {
        harness.Advance(0.1);
        framework.AcknowledgeAll();
        harness.Agent.Agent.KillExecutor(framework.Id, "t");
        var status = framework.Updates("t")[^1];

        Assert.Equal((W.TaskState.TaskFailed, W.TaskStatus.Types.Source.Agent), (status.State, status.Source));
        Assert.Equal(W.TaskStatus.Types.Reason.ExecutorTerminated, status.Reason);
    }

    [Fact]
    public void An_executor_of_a_group_ends_after_its_last_task()
    {
        harness.Cycle();
        var offer = framework.Offers()[^1];
        framework.Accept([offer], new W.Offer.Types.Operation
        {
            Type = W.Offer.Types.Operation.Types.Type.LaunchGroup,
            LaunchGroup = new W.Offer.Types.Operation.Types.LaunchGroup
            {
                Executor = new W.ExecutorInfo { ExecutorId = new W.ExecutorID { Value = "e" }, Resources = { Wire.Scalar("cpus", 0.5) } },
                TaskGroup = new W.TaskGroupInfo { Tasks = { Wire.Task("g", harness.Agent.Id) } },
            },
        });
        framework.Kill("g");
        framework.AcknowledgeAll();
        Assert.Single(harness.Agent.Agent.Executors);
        harness.Advance(0.4);

        Assert.Empty(harness.Agent.Agent.Executors);
        Assert.Equal("e", Assert.Single(framework.All(EventType.Failure)).Failure.ExecutorId.Value);
        Assert.Empty(framework.Framework.Executors);
    }

    public void Dispose() => harness.Dispose();
}
