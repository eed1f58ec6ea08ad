using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using Operation = Pipeline.Mesos.Wire.Offer.Types.Operation;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>ACCEPT: what becomes of tasks and of the rest of the offers.</summary>
public sealed class LaunchTests : IDisposable
{
    private readonly MasterHarness harness = new(agents: 2);
    private readonly FrameworkClient framework;

    public LaunchTests() => framework = harness.Subscribe();

    private string First => framework.Offers()[0].AgentId.Value;

    [Fact]
    public void A_task_starts_and_the_rest_of_the_offer_is_free()
    {
        framework.Launch(framework.Offers()[0], Wire.Task("t", First, cpus: 1.5));
        harness.Advance(0.1);
        framework.AcknowledgeAll();

        Assert.Equal([W.TaskState.TaskStarting, W.TaskState.TaskRunning], framework.States("t"));
        Assert.Equal(2500, harness.Agent.Free.Cpus);
    }

    [Fact]
    public void Two_tasks_share_an_offer_until_it_is_used_up()
    {
        framework.Launch(
            framework.Offers()[0], Wire.Task("a", First, cpus: 3), Wire.Task("b", First, cpus: 2), Wire.Task("c", First, cpus: 1));

        Assert.Equal([W.TaskState.TaskStarting], framework.States("a"));
        Assert.Equal([W.TaskState.TaskError], framework.States("b"));
        Assert.Equal([W.TaskState.TaskStarting], framework.States("c"));
        Assert.Equal(0, harness.Agent.Free.Cpus);
    }

    [Fact]
    public void An_unknown_offer_drops_the_task_and_gives_the_valid_offers_back()
    {
        var valid = framework.Offers()[0];
        var unknown = valid.Clone();
        unknown.Id.Value = "gone";
        framework.Accept([unknown, valid], Launch(Wire.Task("t", First)));
        var status = Assert.Single(framework.Updates("t"));

        Assert.Equal((W.TaskState.TaskDropped, Reason.InvalidOffers), (status.State, status.Reason));
        Assert.Equal("Task launched with invalid offers: Offer gone is no longer valid", status.Message);
        Assert.Equal(4000, harness.Agent.Free.Cpus);
    }

    [Fact]
    public void The_same_offer_twice_is_rejected()
    {
        var offer = framework.Offers()[0];
        framework.Accept([offer, offer], Launch(Wire.Task("t", First)));

        Assert.EndsWith($"Duplicate offer {offer.Id.Value} in offer list", framework.Updates("t")[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offers_of_two_agents_cannot_be_combined()
    {
        framework.Accept(framework.Offers(), Launch(Wire.Task("t", First)));

        Assert.Contains("must belong to one single agent", framework.Updates("t")[0].Message, StringComparison.Ordinal);
        Assert.All(harness.State.Agents, a => Assert.Equal(4000, a.Free.Cpus));
    }

    [Fact]
    public void A_framework_that_is_not_partition_aware_hears_TASK_LOST()
    {
        var old = harness.Subscribe(change: info => info.Capabilities.Remove(
            info.Capabilities.Single(c => c.Type == W.FrameworkInfo.Types.Capability.Types.Type.PartitionAware)));
        old.Accept([], Launch(Wire.Task("t", First)));

        Assert.Equal((W.TaskState.TaskLost, "Task launched with invalid offers: No offers specified"),
            (old.Updates("t")[0].State, old.Updates("t")[0].Message));
    }

    [Fact]
    public void Somebody_elses_offer_is_not_valid()
    {
        var other = harness.Subscribe("other");
        other.Launch(framework.Offers()[0], Wire.Task("t", First));

        Assert.Equal(W.TaskState.TaskDropped, Assert.Single(other.Updates("t")).State);
        Assert.Contains(framework.Offers()[0].Id.Value, harness.State.Offers.Keys);
    }

    [Fact]
    public void A_group_starts_as_a_whole()
    {
        framework.Accept([framework.Offers()[0]], Group(Wire.Task("a", First), Wire.Task("b", First)));

        Assert.Equal([W.TaskState.TaskStarting], framework.States("a"));
        Assert.Equal([W.TaskState.TaskStarting], framework.States("b"));
        // Two tasks of one core, and the executor's 0.5.
        Assert.Equal(1500, harness.Agent.Free.Cpus);
    }

    [Fact]
    public void One_invalid_task_rejects_its_whole_group()
    {
        framework.Accept([framework.Offers()[0]], Group(Wire.Task("a", First), Wire.Task("b/b", First)));

        Assert.All(framework.Updates(), s => Assert.Equal((W.TaskState.TaskError, Reason.TaskGroupInvalid), (s.State, s.Reason)));
        Assert.Equal(2, framework.Updates().Count);
        Assert.Equal(4000, harness.Agent.Free.Cpus);
    }

    [Fact]
    public void A_group_with_its_executor_has_to_fit()
    {
        framework.Accept([framework.Offers()[0]], Group(Wire.Task("a", First, cpus: 2), Wire.Task("b", First, cpus: 2)));

        Assert.Contains("required by task group and its executor", framework.Updates("a")[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_killed_task_of_a_group_takes_the_others_with_it()
    {
        framework.Accept([framework.Offers()[0]], Group(Wire.Task("a", First), Wire.Task("b", First)));
        harness.Advance(0.1);
        framework.Kill("a");
        framework.AcknowledgeAll();

        Assert.Equal((W.TaskState.TaskKilled, W.TaskState.TaskKilled), (framework.States("a")[^1], framework.States("b")[^1]));
    }

    public void Dispose() => harness.Dispose();

    private static Operation Launch(params W.TaskInfo[] tasks) => new()
    {
        Type = Operation.Types.Type.Launch, Launch = new Operation.Types.Launch { TaskInfos = { tasks } },
    };

    private static Operation Group(params W.TaskInfo[] tasks) => new()
    {
        Type = Operation.Types.Type.LaunchGroup,
        LaunchGroup = new Operation.Types.LaunchGroup
        {
            Executor = new W.ExecutorInfo { ExecutorId = new W.ExecutorID { Value = "e" }, Resources = { Wire.Scalar("cpus", 0.5) } },
            TaskGroup = new W.TaskGroupInfo { Tasks = { tasks } },
        },
    };
}
