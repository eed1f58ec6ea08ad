using Pipeline.Mesos;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests;

/// <summary>Two frameworks with roles of their own on one cluster.</summary>
public sealed class NeighbourTests
{
    [Fact]
    public async Task Who_is_suppressed_holds_nothing_and_the_other_gets_every_agent_at_once()
    {
        await using var cluster = await StartAsync("--virtual_agents=20");
        await using var idle = await TestFramework.SubscribeAsync(cluster, role: "pipeline", suppressed: true);
        await using var other = await TestFramework.SubscribeAsync(cluster, role: "other");
        // One allocation cycle is one event: a second one would mean that something was held back.
        var first = await other.ReceivesAsync<OffersReceived>(_ => true, "offers");

        Assert.Equal(20, first.Offers.Count);
        Assert.All(first.Offers, o => Assert.Equal("other", o.Role));
        Assert.Empty(idle.Events.OfType<OffersReceived>());
    }

    [Fact]
    public async Task What_we_decline_and_suppress_comes_to_the_other_with_the_next_cycle()
    {
        await using var cluster = await StartAsync("--virtual_agents=20");
        await using var ours = await TestFramework.SubscribeAsync(cluster, role: "pipeline");
        var held = await ours.ReceivesAsync<OffersReceived>(_ => true, "our offers");
        await using var other = await TestFramework.SubscribeAsync(cluster, role: "other");
        await ours.SendAsync(new SuppressOffers(["pipeline"]));
        await ours.SendAsync(new DeclineOffers([.. held.Offers.Select(o => o.Id)], TimeSpan.FromHours(1)));
        var offers = await other.ReceivesAsync<OffersReceived>(_ => true, "what we gave back");

        Assert.Equal(20, held.Offers.Count);
        Assert.Equal(held.Offers.Select(o => o.AgentId).Order(), offers.Offers.Select(o => o.AgentId).Order());
        Assert.Single(ours.Events.OfType<OffersReceived>());
    }

    [Fact]
    public async Task Two_that_want_everything_get_the_same_share()
    {
        await using var cluster = await StartAsync("--virtual_agents=20", "--allocation=on-demand");
        await using var one = await TestFramework.SubscribeAsync(cluster, role: "pipeline", suppressed: true);
        await using var two = await TestFramework.SubscribeAsync(cluster, role: "other", suppressed: true);
        // Whoever revives first is offered all; from then on both ask for what becomes free.
        await one.SendAsync(new ReviveOffers([]));
        var all = await one.ReceivesAsync<OffersReceived>(_ => true, "all");
        await two.SendAsync(new ReviveOffers([]));
        await one.SendAsync(new DeclineOffers([.. all.Offers.Select(o => o.Id)], TimeSpan.Zero));
        await cluster.AllocateAsync();
        var again = await one.ReceivesAsync<OffersReceived>(_ => true, "our share", after: Before(one, all));
        var others = await two.ReceivesAsync<OffersReceived>(_ => true, "the other's share");

        Assert.Equal(20, all.Offers.Count);
        Assert.Equal((10, 10), (again.Offers.Count, others.Offers.Count));
        Assert.Empty(again.Offers.Select(o => o.AgentId).Intersect(others.Offers.Select(o => o.AgentId)));
    }

    [Fact]
    public async Task Who_runs_more_is_offered_less()
    {
        await using var cluster = await StartAsync("--virtual_agents=10", "--allocation=on-demand", "--launch_delay=1ms");
        await using var big = await TestFramework.SubscribeAsync(cluster, role: "pipeline", suppressed: true);
        await big.SendAsync(new ReviveOffers([]));
        var all = await big.ReceivesAsync<OffersReceived>(_ => true, "all");
        foreach (var offer in all.Offers.Take(4))
            await big.SendAsync(new AcceptOffers(
                [offer.Id], offer.AgentId,
                [TestFramework.Command("t-" + offer.AgentId, "") with { Resources = new TaskResources(15.9m, 65000, 0, []) }],
                TimeSpan.FromHours(1)));
        await using var small = await TestFramework.SubscribeAsync(cluster, role: "other", suppressed: true);
        await small.SendAsync(new ReviveOffers([]));
        await big.SendAsync(new DeclineOffers([.. all.Offers.Skip(4).Select(o => o.Id)], TimeSpan.Zero));
        await cluster.AllocateAsync();
        // Four tenths of the cluster are big's already: the next agents are small's until it has as much.
        var smalls = await small.ReceivesAsync<OffersReceived>(o => o.Offers.Any(x => x.Resources.Cpus == 16m), "the other's share");

        Assert.True(
            smalls.Offers.Count(o => o.Resources.Cpus == 16m) >= 4,
            smalls.Offers.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static int Before(TestFramework framework, MasterEvent e) =>
        framework.Events.TakeWhile(x => !ReferenceEquals(x, e)).Count() + 1;

    private static Task<LocalMesosCluster> StartAsync(params string[] flags) => LocalMesosCluster.StartAsync(
        new LocalMesosSettings { Agents = "none", MoreArguments = flags }, TestContext.Current.CancellationToken);
}
