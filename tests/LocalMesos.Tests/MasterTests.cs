using Pipeline.Mesos;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests;

/// <summary>Offers, reconciliation, failover, and agents that are lost and come back.</summary>
public sealed class MasterTests
{
    [Fact]
    public async Task Each_agent_is_offered_with_its_rack_and_ports_of_its_own()
    {
        await using var cluster = await LocalMesosCluster.StartAsync("rack1:2,rack2:1");
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        var offers = (await framework.ReceivesAsync<OffersReceived>(_ => true, "offers")).Offers;
        Assert.Equal(["rack1", "rack1", "rack2"], offers.Select(o => o.Attributes["rack"]).Order());
        Assert.Equal(cluster.Agents.Select(a => a.Id).Order(), offers.Select(o => o.AgentId).Order());
        Assert.Equal(3, offers.Select(o => o.Resources.Ports[0].From).Distinct().Count());
        Assert.All(offers, o => Assert.Equal("127.0.0.1", o.Address));
    }

    [Fact]
    public async Task A_used_offer_drops_the_task_and_reconciliation_tells_what_is_known()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        var agent = await framework.LaunchAsync(TestFramework.Command("runs", "sleep 100"));
        await framework.ReachesAsync("runs", TaskState.Running);
        await framework.SendAsync(new AcceptOffers(["gone"], agent, [TestFramework.Command("late", "true")], TimeSpan.Zero));
        Assert.Equal("REASON_INVALID_OFFERS", (await framework.ReachesAsync("late", TaskState.Dropped)).Reason);

        await framework.SendAsync(new ReconcileTasks([("runs", agent), ("ghost", agent), ("stranger", null)]));
        Assert.Equal("Reconciliation: Task is unknown to the agent", (await framework.ReachesAsync("ghost", TaskState.Gone)).Message);
        Assert.Equal("Reconciliation: Task is unknown", (await framework.ReachesAsync("stranger", TaskState.Unknown)).Message);
        var known = await framework.ReceivesAsync<TaskUpdated>(
            u => u.Status is { TaskId: "runs", Reason: "REASON_RECONCILIATION" }, "the known task");
        Assert.Equal((TaskState.Running, "Reconciliation: Latest task state"), (known.Status.State, known.Status.Message));
        Assert.Null(known.Status.Uuid);
    }

    [Fact]
    public async Task A_second_scheduler_takes_over_with_what_was_not_acknowledged()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        await using var first = await TestFramework.SubscribeAsync(cluster, acknowledges: false);
        await first.LaunchAsync(TestFramework.Command("t", "true"));
        await first.ReachesAsync("t", TaskState.Starting);
        await using var second = await TestFramework.SubscribeAsync(cluster, first.Id);
        var ended = await first.ReceivesAsync<SubscriptionEnded>(_ => true, "the end of the first");
        Assert.Equal(SubscriptionEnd.FailedOver, ended.End);
        await second.ReachesAsync("t", TaskState.Finished);
        Assert.Equal([TaskState.Starting, TaskState.Running, TaskState.Finished], second.UpdatesOf("t").Select(s => s.State));
    }

    [Fact]
    public async Task A_torn_down_framework_cannot_come_back()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        await framework.SendAsync(new TeardownFramework());
        var ended = await framework.ReceivesAsync<SubscriptionEnded>(_ => true, "the end");
        Assert.Equal((SubscriptionEnd.FrameworkRemoved, "Framework has been removed"), (ended.End, ended.Reason));
    }

    [Fact]
    public async Task A_suppressed_framework_hears_no_offer_until_it_revives()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        await using var quiet = await TestFramework.SubscribeAsync(cluster);
        var offer = (await quiet.ReceivesAsync<OffersReceived>(_ => true, "an offer")).Offers[0];
        await quiet.SendAsync(new SuppressOffers(["pipeline"]));
        await quiet.SendAsync(new DeclineOffers([offer.Id], TimeSpan.Zero));
        await using var other = await TestFramework.SubscribeAsync(cluster);
        await other.ReceivesAsync<OffersReceived>(_ => true, "the offer that the first does not want");
        Assert.Single(quiet.Events.OfType<OffersReceived>());
    }

    [Fact]
    public async Task Tasks_of_a_partitioned_agent_become_unreachable_and_return()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        var agent = await framework.LaunchAsync(TestFramework.Command("survivor", "sleep 100"));
        await framework.ReachesAsync("survivor", TaskState.Running);
        await cluster.PartitionAgentAsync(agent);
        var lost = await framework.ReachesAsync("survivor", TaskState.Unreachable);
        Assert.Equal(("REASON_AGENT_REMOVED", "health check timed out"), (lost.Reason, lost.Message));
        await framework.ReceivesAsync<AgentRemoved>(a => a.AgentId == agent, "the agent's removal");
        await cluster.RestartAgentAsync(agent);
        var back = await framework.ReceivesAsync<TaskUpdated>(
            u => u.Status.Reason == "REASON_AGENT_REREGISTERED", "the task's return");
        Assert.Equal((TaskState.Running, "Unreachable agent re-reregistered"), (back.Status.State, back.Status.Message));
    }

    [Fact]
    public async Task A_killed_agent_takes_its_tasks_along()
    {
        await using var cluster = await LocalMesosCluster.StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(cluster);
        var agent = await framework.LaunchAsync(TestFramework.Command("victim", "sleep 100"));
        await framework.ReachesAsync("victim", TaskState.Running);
        await cluster.KillAgentAsync(agent);
        await framework.ReachesAsync("victim", TaskState.Unreachable);
        await cluster.RestartAgentAsync(agent);
        Assert.Equal("REASON_EXECUTOR_TERMINATED", (await framework.ReachesAsync("victim", TaskState.Failed)).Reason);
    }

    [Fact]
    public async Task Started_again_after_kill_9_it_ends_leftovers_and_keeps_its_agents()
    {
        using var directory = new TemporaryDirectory();
        var settings = new LocalMesosSettings { WorkDirectory = directory.Path };
        string pid;
        IReadOnlyList<LocalMesosAgent> agents;
        await using (var before = await LocalMesosCluster.StartAsync(settings, CancellationToken.None))
        {
            agents = before.Agents;
            await using var framework = await TestFramework.SubscribeAsync(before);
            await framework.LaunchAsync(TestFramework.Command("left", "sleep 1000"));
            await framework.ReachesAsync("left", TaskState.Running);
            await before.KillProcessAsync();
            pid = Path.GetFileName(Assert.Single(Directory.GetFiles(Path.Combine(directory.Path, "running"))));
            Assert.True(Directory.Exists($"/proc/{pid}"));
        }

        await using var after = await LocalMesosCluster.StartAsync(settings, CancellationToken.None);
        Assert.Equal(agents.Select(a => a.Id), after.Agents.Select(a => a.Id));
        await Eventually.IsTrueAsync(
            () => Task.FromResult(!File.Exists($"/proc/{pid}/exe") || new FileInfo($"/proc/{pid}/exe").LinkTarget is null),
            TimeSpan.FromSeconds(5), "the task is gone");
    }
}
