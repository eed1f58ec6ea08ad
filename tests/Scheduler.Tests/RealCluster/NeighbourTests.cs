using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mesos;
using Pipeline.Mesos.Client;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.Scheduler.Tests.Http;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.RealCluster;

/// <summary>Our scheduler, as it is in a server, beside another framework on one cluster.</summary>
public sealed class NeighbourTests
{
    private const int Agents = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Idle_it_holds_nothing_another_framework_gets_all_in_one_cycle_and_with_work_it_gets_the_rest()
    {
        await using var cluster = await LocalMesosCluster.StartAsync(
            new LocalMesosSettings { Agents = "none", MoreArguments = [$"--virtual_agents={Agents}", "--allocation=cycle"] },
            TestContext.Current.CancellationToken);
        await using var server = await ClusterServer.StartAsync(cluster.MasterUrl, "#!/bin/sh\n");
        await Eventually.BecomesAsync(() => OffersOfOursAsync(cluster), held => held == 0, Patience, "we are subscribed and hold no offer");

        await using var other = new Neighbour(cluster.MasterUrl);
        var first = await other.OffersAsync();

        // One cycle is one event: a second one would mean that something was held back.
        Assert.Equal(Agents, first.Offers.Select(o => o.AgentId).Distinct().Count());
        Assert.Equal(0, await OffersOfOursAsync(cluster));

        // It keeps half, and gives the other half back for good.
        var kept = first.Offers.Take(Agents / 2).Select(o => o.AgentId).ToHashSet();
        await other.DeclineAsync(first.Offers.Skip(Agents / 2));
        var queries = server.Services.GetRequiredService<SchedulerQueries>();
        await server.Services.GetRequiredService<SchedulerCommands>().RunOnceAsync(Callers.System, Machine.Build(), CancellationToken.None);
        var run = await Eventually.BecomesAsync(
            () => queries.TaskAsync("build.1.1.1", CancellationToken.None), t => t?.Task.AgentId is not null, Patience,
                "our run is launched");

        Assert.DoesNotContain(run!.Task.AgentId!, kept);
        await Eventually.BecomesAsync(() => OffersOfOursAsync(cluster), held => held == 0, Patience, "we gave back what we did not need");
        Assert.Equal(1, other.Received);
    }

    /// <summary>What the operator API shows as offered to us; null before we are subscribed.</summary>
    private static async Task<int?> OffersOfOursAsync(LocalMesosCluster cluster)
    {
        using var http = new HttpClient();
        using var call = new ByteArrayContent("""{"type":"GET_FRAMEWORKS"}"""u8.ToArray());
        call.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await http.PostAsync($"{cluster.MasterUrl}/api/v1", call);
        using var state = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        if (!state.RootElement.GetProperty("get_frameworks").TryGetProperty("frameworks", out var frameworks))
            return null;
        foreach (var framework in frameworks.EnumerateArray())
        {
            if (framework.GetProperty("framework_info").GetProperty("roles")[0].GetString() == "pipeline")
                return framework.TryGetProperty("offers", out var offers) ? offers.GetArrayLength() : 0;
        }

        return null;
    }

    /// <summary>Takes whatever it is offered, and keeps it until it is told otherwise.</summary>
    private sealed class Neighbour : IAsyncDisposable
    {
        private readonly MesosMaster master;
        private readonly CancellationTokenSource stop = new();
        private readonly ConcurrentQueue<OffersReceived> offers = new();
        private readonly Task reading;

        public Neighbour(string masterUrl)
        {
            master = new MesosMaster(
                new MesosMasterOptions { Masters = [new Uri(masterUrl)] }, TimeProvider.System, NullLogger<MesosMaster>.Instance);
            reading = ReadAsync();
        }

        public int Received => offers.Count;

        public async Task<OffersReceived> OffersAsync() => (await Eventually.BecomesAsync(
            () => Task.FromResult(offers.FirstOrDefault()), o => o is not null, Patience, "the other framework is offered something"))!;

        public Task DeclineAsync(IEnumerable<Offer> given) =>
            master.SendAsync(new DeclineOffers([.. given.Select(o => o.Id)], TimeSpan.FromHours(1)), CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await reading;
            await master.DisposeAsync();
        }

        private async Task ReadAsync()
        {
            try
            {
                var description = new FrameworkDescription(null, "other", "root", "other", null, TimeSpan.FromDays(7), "localhost", null,
                    false);
                await foreach (var e in master.SubscribeAsync(() => description, stop.Token))
                {
                    if (e is OffersReceived received)
                        offers.Enqueue(received);
                }
            }
            catch (OperationCanceledException)
            {
                // The test ended.
            }
        }
    }
}
