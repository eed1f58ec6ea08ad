using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Pipeline.Mesos;
using Pipeline.Scheduler.Sending;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Bench;

/// <summary>A master without a wire: offers all agents at once, starts what it is told, and measures how long an update waits for its
/// acknowledgement.</summary>
internal sealed class BenchMaster(int agents, decimal cpusEach) : IMaster
{
    private readonly Channel<MasterEvent> stream = Channel.CreateUnbounded<MasterEvent>();
    private readonly ConcurrentDictionary<string, long> saidAt = new();
    private readonly ConcurrentDictionary<int, decimal> free = new(Enumerable.Range(0, agents).ToDictionary(a => a, _ => cpusEach));
    private readonly ConcurrentDictionary<string, int> offered = new();
    private int numbers;
    private int launched;
    private int acknowledged;

    public ConcurrentQueue<TimeSpan> AckLag { get; } = new();
    public long FirstOffer { get; private set; }
    public long LastLaunch { get; private set; }
    public int Launched => launched;
    public int Acknowledged => acknowledged;

    public async IAsyncEnumerable<MasterEvent> SubscribeAsync(
        Func<FrameworkDescription> framework, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return new Subscribed("fw-bench", TimeSpan.FromSeconds(15), "m1", "127.0.0.1:5050", "1.12.0");
        await foreach (var said in stream.Reader.ReadAllAsync(ct))
            yield return said;
    }

    public Task SendAsync(MasterCall call, CancellationToken ct)
    {
        switch (call)
        {
            case ReviveOffers:
                Offer(Enumerable.Range(0, agents));
                break;
            case DeclineOffers decline:
                foreach (var id in decline.OfferIds)
                    offered.TryRemove(id, out _);
                break;
            case AcceptOffers accept:
                Accept(accept);
                break;
            case AcknowledgeUpdate ack:
                if (saidAt.TryRemove(Convert.ToHexString(ack.Uuid), out var at))
                    AckLag.Enqueue(Stopwatch.GetElapsedTime(at));
                Interlocked.Increment(ref acknowledged);
                break;
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Accept(AcceptOffers accept)
    {
        LastLaunch = Stopwatch.GetTimestamp();
        Interlocked.Add(ref launched, accept.Tasks.Count);
        var agent = offered[accept.OfferIds[0]];
        foreach (var id in accept.OfferIds)
            offered.TryRemove(id, out _);
        free[agent] -= accept.Tasks.Sum(t => t.Resources.Cpus);
        foreach (var task in accept.Tasks)
        {
            Say(task.TaskId, agent, TaskState.Starting);
            Say(task.TaskId, agent, TaskState.Running);
        }
    }

    private void Say(string task, int agent, TaskState state)
    {
        var uuid = BitConverter.GetBytes((long)Interlocked.Increment(ref numbers));
        saidAt[Convert.ToHexString(uuid)] = Stopwatch.GetTimestamp();
        stream.Writer.TryWrite(new TaskUpdated(new TaskStatus(
            task, state, $"a{agent:00000}", "SOURCE_EXECUTOR", null, null, uuid, null, TimeProvider.System.GetUtcNow(), null, null)));
    }

    private void Offer(IEnumerable<int> which)
    {
        if (FirstOffer == 0)
            FirstOffer = Stopwatch.GetTimestamp();
        var offers = new List<Offer>();
        var busy = offered.Values.ToHashSet();
        foreach (var agent in which.Where(a => !busy.Contains(a) && free[a] > 0))
        {
            var id = $"o{Interlocked.Increment(ref numbers)}";
            offered[id] = agent;
            offers.Add(new Offer(
                id, $"a{agent:00000}", $"host{agent}", "127.0.0.1", "http://127.0.0.1:5051", "pipeline",
                new OfferedResources(free[agent], 65_536, 200_000, [new PortRange(31000, 31999)]),
                new Dictionary<string, string> { ["rack"] = $"r{agent % 20}" }, null));
        }

        foreach (var some in offers.Chunk(500))
            stream.Writer.TryWrite(new OffersReceived(some));
    }
}
