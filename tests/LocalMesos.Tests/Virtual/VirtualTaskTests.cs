using Pipeline.LocalMesos.Tests.Harness;
using Pipeline.LocalMesos.Virtual;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Virtual;

/// <summary>Tasks that are timers, and the faults between agents and master.</summary>
public sealed class VirtualTaskTests
{
    [Fact]
    public void The_same_seed_gives_the_same_faults()
    {
        static List<bool> Faults(int seed)
        {
            var faults = new RandomFaults(seed);
            return [.. Enumerable.Range(0, 100).Select(_ => faults.Occurs(0.5))];
        }

        Assert.Equal(Faults(1), Faults(1));
        Assert.NotEqual(Faults(1), Faults(2));
        Assert.DoesNotContain(true, Enumerable.Range(0, 1000).Select(_ => new RandomFaults(1).Occurs(0)));
    }

    [Fact]
    public void A_task_runs_for_its_run_time()
    {
        using var harness = new MasterHarness(1, "--virtual_run_time=5secs");
        var framework = Launch(harness);
        harness.Advance(0.1);
        framework.AcknowledgeAll();
        harness.Advance(4.9);
        Assert.Equal(W.TaskState.TaskRunning, framework.States("t")[^1]);
        harness.Advance(0.1);

        Assert.Equal((W.TaskState.TaskFinished, "Command exited with status 0"), Last(framework));
    }

    [Theory]
    [InlineData("VIRTUAL_RUN_SECONDS", "2", "VIRTUAL_EXIT", "7", W.TaskState.TaskFailed, "Command exited with status 7")]
    [InlineData("VIRTUAL_RUN_SECONDS", "2", "other", "7", W.TaskState.TaskFinished, "Command exited with status 0")]
    public void Labels_and_variables_override_it(string first, string value, string second, string other, object state, string message)
    {
        using var harness = new MasterHarness(1, "--virtual_run_time=500secs");
        var framework = Launch(harness, task =>
        {
            task.Labels = new W.Labels { Labels_ = { new W.Label { Key = first, Value = value } } };
            task.Command.Environment = new W.Environment
            {
                Variables = { new W.Environment.Types.Variable { Name = second, Value = other } },
            };
        });
        harness.Advance(0.1);
        harness.Advance(2);
        framework.AcknowledgeAll();

        Assert.Equal(((W.TaskState)state, message), Last(framework));
    }

    [Fact]
    public void The_completion_limit_ends_a_longer_task()
    {
        using var harness = new MasterHarness();
        var framework = Launch(harness, task => task.MaxCompletionTime = new W.DurationInfo { Nanoseconds = 3_000_000_000 });
        harness.Advance(0.1);
        harness.Advance(3);
        framework.AcknowledgeAll();

        Assert.Equal(W.TaskStatus.Types.Reason.MaxCompletionTimeReached, framework.Updates("t")[^1].Reason);
        Assert.Equal(W.TaskState.TaskFailed, framework.States("t")[^1]);
    }

    [Fact]
    public void A_lost_update_is_sent_again_with_the_same_uuid()
    {
        using var harness = new MasterHarness(1, "--update_loss=0.9", "--virtual_seed=3");
        var framework = Launch(harness);
        var uuid = harness.Agent.Agent.Tasks.Single().Statuses[0].Uuid;
        Assert.Empty(framework.Updates());
        for (var minutes = 0; minutes < 24 * 60 && framework.Updates().Count == 0; minutes++)
            harness.Advance(60);

        Assert.Equal(uuid, Assert.Single(framework.Updates()).Uuid);
    }

    [Fact]
    public void A_duplicated_update_has_the_same_uuid()
    {
        using var harness = new MasterHarness(1, "--update_duplication=0.999999");
        var framework = Launch(harness);
        var updates = framework.Updates("t");

        Assert.Equal(2, updates.Count);
        Assert.Equal(updates[0].Uuid, updates[1].Uuid);
    }

    [Fact]
    public void Agents_spread_over_racks_and_keep_their_ids()
    {
        using var harness = new MasterHarness(agents: 4);
        Assert.Equal(["vr1", "vr2", "vr1", "vr2"], harness.State.Agents.Select(a => a.Agent.Identity.Rack));
        Assert.Equal(["cluster-V1", "cluster-V2", "cluster-V3", "cluster-V4"], harness.State.Agents.Select(a => a.Id));
    }

    [Fact]
    public void A_virtual_tasks_sandbox_is_known_while_it_runs_and_after()
    {
        using var harness = new MasterHarness();
        var framework = Launch(harness);
        var path = $"/frameworks/{framework.Id}/executors/t/runs/latest";
        Assert.True(VirtualAgents.OwnsSandbox(harness.State, path));
        framework.Kill("t");
        framework.AcknowledgeAll();

        Assert.True(VirtualAgents.OwnsSandbox(harness.State, path));
        Assert.False(VirtualAgents.OwnsSandbox(harness.State, path.Replace("/t/", "/u/", StringComparison.Ordinal)));
        Assert.False(VirtualAgents.OwnsSandbox(harness.State, "/etc/passwd"));
    }

    private static (W.TaskState, string) Last(FrameworkClient framework)
    {
        framework.AcknowledgeAll();
        return (framework.Updates("t")[^1].State, framework.Updates("t")[^1].Message);
    }

    private static FrameworkClient Launch(MasterHarness harness, Action<W.TaskInfo>? change = null)
    {
        var framework = harness.Subscribe();
        var task = Wire.Task("t", harness.Agent.Id);
        change?.Invoke(task);
        framework.Launch(framework.Offers()[0], task);
        return framework;
    }
}
