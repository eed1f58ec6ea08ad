using Pipeline.Mesos;
using Pipeline.Mesos.Client;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests;

/// <summary>Agents without machines, over the same wire as real ones.</summary>
public sealed class VirtualAgentTests
{
    [Fact]
    public async Task Tasks_go_through_their_states_run_for_ever_and_end_when_killed()
    {
        await using var cluster = await StartAsync("--virtual_agents=3");
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(TestFramework.Command("t", "no such program"));
        await framework.ReachesAsync("t", TaskState.Running);
        await framework.SendAsync(new KillTask("t", null, null));
        var end = await framework.ReachesAsync("t", TaskState.Killed);

        Assert.Equal(
            [TaskState.Starting, TaskState.Running, TaskState.Killing, TaskState.Killed], framework.UpdatesOf("t").Select(s => s.State));
        Assert.Equal(("SOURCE_EXECUTOR", "Command terminated with signal Terminated"), (end.Source, end.Message));
        Assert.False(Directory.Exists(Path.Combine(cluster.WorkDirectory, "slaves")));
    }

    [Theory]
    [InlineData(0, TaskState.Finished)]
    [InlineData(3, TaskState.Failed)]
    public async Task A_label_gives_a_task_its_time_and_end(int exit, TaskState end)
    {
        await using var cluster = await StartAsync("--virtual_agents=1", "--launch_delay=1ms");
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(TestFramework.Command("t", "") with
        {
            Labels = new Dictionary<string, string> { ["VIRTUAL_RUN_SECONDS"] = "0.05", ["VIRTUAL_EXIT"] = $"{exit}" },
        });

        Assert.Equal($"Command exited with status {exit}", (await framework.ReachesAsync("t", end)).Message);
    }

    [Fact]
    public async Task A_completion_limit_and_a_failing_health_check_end_a_task_as_on_a_real_agent()
    {
        await using var cluster = await StartAsync("--virtual_agents=1", "--launch_delay=1ms", "--virtual_unhealthy=0.999999");
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        var check = new HealthCheck(
            HealthCheckKind.Tcp, 31000, null, null, TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.Zero, 3);
        await framework.LaunchAsync(
            TestFramework.Command("slow", "") with { MaxCompletionTime = TimeSpan.FromMilliseconds(50) },
            TestFramework.Command("sick", "") with { Health = check });

        Assert.Equal("REASON_MAX_COMPLETION_TIME_REACHED", (await framework.ReachesAsync("slow", TaskState.Failed)).Reason);
        var sick = await framework.ReachesAsync("sick", TaskState.Killed);
        Assert.Equal((false, null), (sick.Healthy, sick.Reason));
        Assert.Contains(framework.UpdatesOf("sick"), s => s is { Healthy: false, Reason: "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED" });
    }

    [Fact]
    public async Task Ten_thousand_agents_are_offered_in_one_event_and_a_declined_one_stays_away()
    {
        await using var cluster = await StartAsync("--virtual_agents=10000", "--virtual_racks=40");
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        var offers = (await framework.ReceivesAsync<OffersReceived>(o => o.Offers.Count == 10_000, "10,000 offers in one event")).Offers;
        await framework.SendAsync(new DeclineOffers([.. offers.Skip(1).Select(o => o.Id)], TimeSpan.FromHours(1)));
        await framework.SendAsync(new DeclineOffers([offers[0].Id], TimeSpan.Zero));
        var again = await framework.ReceivesAsync<OffersReceived>(
            _ => true, "the one agent that may come again", after: EventsUntilOffers(framework));

        Assert.Equal(offers[0].AgentId, Assert.Single(again.Offers).AgentId);
        Assert.Equal(10_000, offers.Select(o => o.AgentId).Distinct().Count());
        Assert.Equal(40, offers.GroupBy(o => o.Attributes["rack"]).Count(g => g.Count() == 250));
        Assert.All(offers, o => Assert.Equal((16m, 65536m, cluster.MasterUrl), (o.Resources.Cpus, o.Resources.MemoryMb, o.AgentUrl)));
        // Bounded memory: all agents, their offers and what was sent, in a process that began at about 60 MB.
        Assert.InRange(ResidentMegabytes(cluster.ProcessId), 1, 400);
    }

    [Fact]
    public async Task Agents_are_killed_partitioned_and_brought_back_by_the_admin_calls()
    {
        await using var cluster = await StartAsync("--virtual_agents=2", "--launch_delay=1ms");
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        var agent = await framework.LaunchAsync(TestFramework.Command("t", ""));
        await framework.ReachesAsync("t", TaskState.Running);
        await cluster.PartitionAgentAsync(agent);
        await framework.ReachesAsync("t", TaskState.Unreachable);
        await cluster.RestartAgentAsync(agent);
        await framework.ReceivesAsync<TaskUpdated>(
            u => u.Status is { State: TaskState.Running, Reason: "REASON_AGENT_REREGISTERED" }, "it runs on");
        await cluster.KillAgentAsync(agent);
        await cluster.RestartAgentAsync(agent);

        Assert.Equal("REASON_EXECUTOR_TERMINATED", (await framework.ReachesAsync("t", TaskState.Failed)).Reason);
    }

    [Fact]
    public async Task Updates_that_are_lost_come_again_and_doubled_ones_have_the_same_uuid()
    {
        await using var cluster = await StartAsync("--virtual_agents=1", "--launch_delay=1ms", "--update_duplication=0.999999");
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(TestFramework.Command("t", ""));
        await framework.ReachesAsync("t", TaskState.Running);
        await framework.ReceivesAsync<TaskUpdated>(_ => framework.UpdatesOf("t").Count >= 4, "both updates twice");

        var updates = framework.UpdatesOf("t");
        Assert.Equal(2, updates.Select(u => Convert.ToHexString(u.Uuid!)).Distinct().Count());
    }

    [Fact]
    public async Task The_sandbox_of_a_virtual_task_is_an_empty_list()
    {
        await using var cluster = await StartAsync("--virtual_agents=1", "--launch_delay=1ms");
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.LaunchAsync(TestFramework.Command("t", ""));
        await framework.ReachesAsync("t", TaskState.Running);
        using var files = new MesosAgentClient();

        Assert.Empty((await files.BrowseAsync(cluster.MasterUrl, MesosAgentClient.SandboxPath(framework.Id, "t"), TestContext.Current.CancellationToken))!);
        Assert.Null(
            await files.BrowseAsync(
                cluster.MasterUrl, MesosAgentClient.SandboxPath(framework.Id, "u"), TestContext.Current.CancellationToken));
        Assert.Null(await files.ReadAsync(
            cluster.MasterUrl, MesosAgentClient.SandboxPath(framework.Id, "t", "stdout"), 0, 10, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--virtual_agents=-1", "--virtual_agents: '-1' is not a whole number from 0 to 100000.")]
    [InlineData("--update_loss=2", "--update_loss: '2' is not a fraction from 0 to 1")]
    [InlineData("--launch_delay=soon", "--launch_delay: 'soon' is not a duration")]
    public async Task A_bad_flag_is_named(string flag, string message)
    {
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(flag));
        Assert.Contains(message, failed.Message, StringComparison.Ordinal);
    }

    private static Task<LocalMesosCluster> StartAsync(params string[] flags) => LocalMesosCluster.StartAsync(
        new LocalMesosSettings
        {
            Agents = "none", MoreArguments = ["--agent_ping_timeout=200ms", "--max_agent_ping_timeouts=2", .. flags],
        },
        TestContext.Current.CancellationToken);

    private static int EventsUntilOffers(TestFramework framework) =>
        framework.Events.TakeWhile(e => e is not OffersReceived { Offers.Count: 10_000 }).Count() + 1;

    private static long ResidentMegabytes(int pid) =>
        long.Parse(
            File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(
                ' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture) / 1024;
}
