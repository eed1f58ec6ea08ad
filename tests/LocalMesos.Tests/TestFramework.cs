using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mesos;
using Pipeline.Mesos.Client;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests;

/// <summary>A framework that keeps what it hears and acknowledges every update.</summary>
public sealed class TestFramework : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly MesosMaster master;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<MasterEvent> events = new();
    private readonly Task reading;
    private readonly bool acknowledges;
    private readonly string role;
    private readonly bool suppressed;
    private string? id;

    private TestFramework(string masterUrl, string? frameworkId, bool acknowledges, string role, bool suppressed)
    {
        (id, this.acknowledges, this.role, this.suppressed) = (frameworkId, acknowledges, role, suppressed);
        master = new MesosMaster(
            new MesosMasterOptions { Masters = [new Uri(masterUrl)] }, TimeProvider.System, NullLogger<MesosMaster>.Instance);
        reading = ReadAsync();
    }

    public string Id => id!;

    public IReadOnlyList<MasterEvent> Events => [.. events];

    public static async Task<TestFramework> SubscribeAsync(
        LocalMesosCluster cluster, string? frameworkId = null, bool acknowledges = true, string role = "pipeline", bool suppressed = false)
    {
        var framework = new TestFramework(cluster.MasterUrl, frameworkId, acknowledges, role, suppressed);
        await framework.ReceivesAsync<Subscribed>(_ => true, "the subscription");
        return framework;
    }

    public static TaskLaunch Command(string taskId, string command) => new(
        taskId, taskId, new TaskResources(0.1m, 32, 0, []), command, new Dictionary<string, string>(), [], new Dictionary<string, string>(),
        TimeSpan.FromSeconds(3), null, null, null, null);

    public Task SendAsync(MasterCall call) => master.SendAsync(call, CancellationToken.None);

    /// <summary>Launches on the first agent that is offered, and gives its id.</summary>
    public async Task<string> LaunchAsync(params TaskLaunch[] tasks)
    {
        await SendAsync(new ReviveOffers([]));
        var received = events.Count;
        var offers = await ReceivesAsync<OffersReceived>(_ => true, "an offer", OffersStillHeld() ? 0 : received);
        var offer = offers.Offers[0];
        held.Add(offer.Id);
        await SendAsync(new AcceptOffers([offer.Id], offer.AgentId, tasks, TimeSpan.Zero));
        return offer.AgentId;
    }

    public async Task<Mesos.TaskStatus> ReachesAsync(string taskId, TaskState state) =>
        (await ReceivesAsync<TaskUpdated>(u => u.Status.TaskId == taskId && u.Status.State == state, $"{taskId} {state}")).Status;

    public IReadOnlyList<Mesos.TaskStatus> UpdatesOf(string taskId) =>
        [.. events.OfType<TaskUpdated>().Select(u => u.Status).Where(s => s.TaskId == taskId)];

    public Task<T> ReceivesAsync<T>(Func<T, bool> which, string what, int after = 0) where T : MasterEvent => ReceivesAsync(
        () => events.Skip(after).OfType<T>().FirstOrDefault(which), what);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading;
        await master.DisposeAsync();
    }

    private readonly HashSet<string> held = [];

    private bool OffersStillHeld() => events.OfType<OffersReceived>().Any(o => !held.Contains(o.Offers[0].Id));

    private async Task<T> ReceivesAsync<T>(Func<T?> find, string what) where T : MasterEvent =>
        (await Eventually.BecomesAsync(() => Task.FromResult(find()), e => e is not null, Patience, what + " among " + string.Join('\n',
            events)))!;

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var e in master.SubscribeAsync(Describe, stop.Token))
            {
                if (e is Subscribed subscribed)
                    id = subscribed.FrameworkId;
                events.Enqueue(e);
                if (acknowledges && e is TaskUpdated { Status: { Uuid: { } uuid, AgentId: { } agent } status })
                    await AcknowledgeAsync(new AcknowledgeUpdate(status.TaskId, agent, uuid));
            }
        }
        catch (OperationCanceledException)
        {
            // The test ended.
        }
    }

    private async Task AcknowledgeAsync(AcknowledgeUpdate acknowledgement)
    {
        try
        {
            await master.SendAsync(acknowledgement, stop.Token);
        }
        catch (MesosCallException e) when (e.Status is null)
        {
            // The master was killed before it answered. What it did not hear, the agent sends again.
        }
    }

    private FrameworkDescription Describe() => new(id, "test", "root", role, null, TimeSpan.FromDays(7), "localhost", null, suppressed);
}
