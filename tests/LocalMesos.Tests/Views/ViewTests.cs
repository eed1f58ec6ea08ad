using System.Text;
using System.Text.Json;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Tests.Harness;
using Pipeline.LocalMesos.Views;
using Pipeline.LocalMesos.Views.Legacy;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Views;

/// <summary>The state as the APIs show it.</summary>
public sealed class ViewTests : IDisposable
{
    private readonly MasterHarness harness = new(agents: 2);
    private readonly FrameworkClient framework;

    public ViewTests()
    {
        framework = harness.Subscribe();
        var offer = framework.Offers().Single(o => o.AgentId.Value == harness.Agent.Id);
        framework.Launch(offer, Tests.Harness.Wire.Task("t", harness.Agent.Id));
        harness.Advance(0.1);
        framework.AcknowledgeAll();
    }

    private MasterViews Master => new(harness.State);

    [Fact]
    public void An_agent_shows_what_is_allocated_and_offered()
    {
        harness.Cycle();
        var agent = Master.Agents().Agents.Single(a => a.AgentInfo.Id.Value == harness.Agent.Id);

        Assert.Equal((4d, 1d, 3d), (Cpus(agent.TotalResources), Cpus(agent.AllocatedResources), Cpus(agent.OfferedResources)));
        Assert.True(agent.Active);
    }

    [Fact]
    public void A_task_is_listed_by_what_became_of_it()
    {
        Assert.Equal("t", Assert.Single(Master.Tasks().Tasks).TaskId.Value);
        harness.Master.Liveness.Partition(harness.Agent);
        harness.Advance(30);
        Assert.Empty(Master.Tasks().Tasks);
        Assert.Equal(TaskState.TaskUnreachable, Assert.Single(Master.Tasks().UnreachableTasks).State);
        harness.Master.Registration.Reconnect(harness.Agent);
        framework.Kill("t");
        framework.AcknowledgeAll();

        Assert.Equal(TaskState.TaskKilled, Assert.Single(Master.Tasks().CompletedTasks).State);
    }

    [Fact]
    public void A_role_shows_its_frameworks_and_what_they_use()
    {
        harness.Subscribe("other");
        var roles = Master.Roles().Roles;

        Assert.Equal(["*", "other", "web"], roles.Select(r => r.Name));
        Assert.Equal((1d, framework.Id), (Cpus(roles[2].Resources), roles[2].Frameworks.Single().Value));
    }

    [Fact]
    public void Subscribers_of_the_operator_api_get_the_state_and_then_every_change()
    {
        var feed = new OperatorFeed(harness.State);
        var stream = feed.Subscribe();
        framework.Kill("t");
        framework.AcknowledgeAll();
        var other = harness.Subscribe("other");
        harness.Master.Liveness.Unregister(harness.State.Agents[1]);
        harness.Master.Registration.Reconnect(harness.State.Agents[1]);
        other.Call(Call.Types.Type.Teardown);

        Assert.Equal(
            [
                OperatorEvent.Types.Type.Subscribed, OperatorEvent.Types.Type.Heartbeat, OperatorEvent.Types.Type.TaskUpdated,
                OperatorEvent.Types.Type.TaskUpdated, OperatorEvent.Types.Type.FrameworkAdded, OperatorEvent.Types.Type.AgentRemoved,
                OperatorEvent.Types.Type.AgentAdded, OperatorEvent.Types.Type.FrameworkRemoved,
            ],
            Types(stream));
    }

    [Fact]
    public void A_restart_cuts_the_stream_of_every_subscriber()
    {
        var feed = new OperatorFeed(harness.State);
        var stream = feed.Subscribe();
        harness.Master.Restart(registryKept: true);

        Assert.True(stream.IsCut);
    }

    [Fact]
    public void One_that_left_gets_nothing_more()
    {
        var feed = new OperatorFeed(harness.State);
        var stream = feed.Subscribe();
        feed.Unsubscribe(stream);
        Types(stream);
        framework.Kill("t");

        Assert.Empty(Types(stream));
    }

    [Fact]
    public void Metrics_count_tasks_agents_and_frameworks()
    {
        var metrics = Metrics.OfMaster(harness.State).ToDictionary(m => m.Name, m => m.Value);
        Assert.Equal(
            (1d, 2d, 1d, 8d, 8192d, 1d),
            (metrics["master/tasks_running"], metrics["master/slaves_active"], metrics["master/frameworks_connected"],
             metrics["master/cpus_total"], metrics["master/mem_total"], metrics["master/elected"]));
        Assert.Equal(1, Metrics.OfAgent(harness.State, harness.Agent).Single(m => m.Name == "slave/tasks_running").Value);
    }

    [Fact]
    public void Flags_are_in_the_notation_of_Mesos()
    {
        Assert.Equal("10secs", Flags.OfMaster(harness.State).Single(f => f.Name == "agent_ping_timeout").Value);
        Assert.Equal("rack:vr1", Flags.OfAgent(harness.State, harness.Agent).Single(f => f.Name == "attributes").Value);
    }

    [Fact]
    public void A_short_command_is_named_in_full_and_a_long_one_is_cut()
    {
        var agent = new AgentViews(harness.State, harness.Agent);
        var executor = Assert.Single(agent.Executors().Executors).ExecutorInfo;
        Assert.Equal("Command Executor (Task: t) (Command: sh -c 'true')", executor.Name);
        Assert.Equal(0.1, Cpus(executor.Resources));
    }

    [Fact]
    public void An_agent_lists_its_tasks_and_their_framework()
    {
        var agent = new AgentViews(harness.State, harness.Agent);
        Assert.Equal("t", Assert.Single(agent.Tasks().LaunchedTasks).TaskId.Value);
        Assert.Equal(framework.Id, Assert.Single(agent.Frameworks().Frameworks).FrameworkInfo.Id.Value);
        framework.Kill("t");
        framework.AcknowledgeAll();
        Assert.Equal("t", Assert.Single(agent.Tasks().CompletedTasks).TaskId.Value);
        Assert.Equal(framework.Id, Assert.Single(agent.Frameworks().CompletedFrameworks).FrameworkInfo.Id.Value);
    }

    [Fact]
    public void Containers_have_the_resources_of_task_and_executor()
    {
        var container = Assert.Single(new ContainerViews(harness.State, harness.Agent).List(nested: false).Containers);
        Assert.Equal((1.1, (128UL + 32) << 20), (container.ResourceStatistics.CpusSoftLimit, container.ResourceStatistics.MemLimitBytes));
    }

    [Fact]
    public void The_legacy_state_is_JSON_with_the_same_numbers()
    {
        harness.Cycle();
        using var state = JsonDocument.Parse(LegacyJson.Write(new LegacyMasterView(harness.State).State()));
        var agent = state.RootElement.GetProperty("slaves").EnumerateArray().Single(
            s => s.GetProperty("id").GetString() == harness.Agent.Id);
        Assert.Equal(
            (1d, 3d),
            (
                agent.GetProperty("used_resources").GetProperty("cpus").GetDouble(),
                agent.GetProperty("offered_resources").GetProperty("cpus").GetDouble()));
        var task = Assert.Single(state.RootElement.GetProperty("frameworks")[0].GetProperty("tasks").EnumerateArray());
        Assert.Equal(("t", "TASK_RUNNING"), (task.GetProperty("id").GetString(), task.GetProperty("state").GetString()));
        Assert.Equal(2, state.RootElement.GetProperty("activated_slaves").GetDouble());
    }

    [Fact]
    public void The_summary_counts_tasks_by_state()
    {
        using var summary = JsonDocument.Parse(LegacyJson.Write(new LegacyMasterView(harness.State).Summary()));
        var counts = summary.RootElement.GetProperty("frameworks")[0];
        Assert.Equal((1, 0), (counts.GetProperty("TASK_RUNNING").GetInt32(), counts.GetProperty("TASK_FAILED").GetInt32()));
    }

    [Theory]
    [InlineData(1d, "1.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e21, "1E+21")]
    [InlineData(-2d, "-2.0")]
    public void Doubles_always_have_a_point(double value, string json) => Assert.Equal(json, LegacyJson.Write(value));

    [Fact]
    public void Values_are_written_in_their_order()
    {
        var value = new LegacyObject(("b", 1), ("a", null), ("list", new object[] { true, "x\"y", 2UL })).With(
            ("nested", new LegacyObject()));
        Assert.Equal("""{"b":1,"a":null,"list":[true,"x\"y",2],"nested":{}}""", LegacyJson.Write(value));
        Assert.Throws<JsonException>(() => LegacyJson.Write(new StringBuilder()));
    }

    public void Dispose() => harness.Dispose();

    private static double Cpus(IEnumerable<Resource> resources) => Tests.Harness.Wire.Amount(resources, "cpus");

    private static List<OperatorEvent.Types.Type> Types(EventStream stream)
    {
        var types = new List<OperatorEvent.Types.Type>();
        while (stream.Events.TryRead(out var e))
            types.Add(((OperatorEvent)e).Type);
        return types;
    }
}
