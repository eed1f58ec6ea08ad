using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Pipeline.Mesos;
using Pipeline.Scheduler.Sending;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>A master at the end of the wire: says what the test says, remembers what it was asked, keeps its tasks over
/// subscriptions.</summary>
internal sealed class ScriptedMaster
{
    private Channel<MasterEvent> stream = Channel.CreateUnbounded<MasterEvent>();
    private int updates;

    public ConcurrentQueue<MasterCall> Calls { get; } = new();
    public ConcurrentQueue<FrameworkDescription> Subscriptions { get; } = new();
    public Func<MasterCall, Task> OnCall { get; set; } = _ => Task.CompletedTask;

    public void Say(MasterEvent said) => stream.Writer.TryWrite(said);

    public void Offer(string agent = "a1") => Say(new OffersReceived([new Offer(
        $"o{Interlocked.Increment(ref updates)}", agent, agent, "127.0.0.1", "http://127.0.0.1:5051", "pipeline",
        new OfferedResources(4, 4096, 8192, [new PortRange(31000, 31009)]), new Dictionary<string, string> { ["rack"] = "r1" }, null)]));

    public void Update(string taskId, TaskState state, string? message = null) => Say(new TaskUpdated(new TaskStatus(
        taskId, state, "a1", "SOURCE_EXECUTOR", null, message, Guid.NewGuid().ToByteArray(), null, null, null, null)));

    public IMaster Connect() => new Connection(this);

    private sealed class Connection(ScriptedMaster master) : IMaster
    {
        public async IAsyncEnumerable<MasterEvent> SubscribeAsync(Func<FrameworkDescription> framework,
            [EnumeratorCancellation] CancellationToken ct)
        {
            master.Subscriptions.Enqueue(framework());
            master.stream = Channel.CreateUnbounded<MasterEvent>();
            yield return new Subscribed("fw-1", TimeSpan.FromSeconds(15), "m-1", "127.0.0.1:5050", "1.11.0");
            await foreach (var said in master.stream.Reader.ReadAllAsync(ct))
                yield return said;
        }

        public async Task SendAsync(MasterCall call, CancellationToken ct)
        {
            master.Calls.Enqueue(call);
            await master.OnCall(call);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
