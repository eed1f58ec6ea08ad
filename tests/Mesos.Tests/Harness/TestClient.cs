using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mesos.Client;
using Pipeline.TestKit;

namespace Pipeline.Mesos.Tests.Harness;

/// <summary>A real client that subscribes in the background and keeps what it receives.</summary>
public sealed class TestClient : IAsyncDisposable
{
    public static readonly FrameworkDescription Framework = new(
        null, "pipeline", "root", "pipeline/build", null, TimeSpan.FromDays(7), "localhost", null, false);

    private const int Shown = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly CancellationTokenSource stop = new();
    private readonly List<MasterEvent> events = [];
    private readonly TaskCompletionSource? gate;

    private TestClient(MesosMasterOptions options, TimeProvider time, FrameworkDescription framework, TaskCompletionSource? gate)
    {
        this.gate = gate;
        Master = new MesosMaster(options, time, NullLogger<MesosMaster>.Instance);
        Listening = ListenAsync(framework);
    }

    public MesosMaster Master { get; }

    /// <summary>Over when the subscription has ended for good.</summary>
    public Task Listening { get; }

    public IReadOnlyList<MasterEvent> Events
    {
        get
        {
            lock (events)
                return [.. events];
        }
    }

    public static TestClient Of(
        ScriptedMaster master, MesosMasterOptions? options = null, TimeProvider? time = null, FrameworkDescription? framework = null,
        TaskCompletionSource? readsAfter = null) => new(
        (options ?? new MesosMasterOptions()) with { Masters = options is { Masters.Count: > 0 } ? options.Masters : [master.Url] },
        time ?? TimeProvider.System, framework ?? Framework, readsAfter);

    public async Task<T> ReceivesAsync<T>(int count = 1) where T : MasterEvent
    {
        try
        {
            await Eventually.IsTrueAsync(
                () => Task.FromResult(Events.OfType<T>().Count() >= count), Patience, $"{count} {typeof(T).Name}");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}. Received {Events.Count}, the last:\n{string.Join('\n', Events.TakeLast(Shown))}");
        }

        return Events.OfType<T>().ElementAt(count - 1);
    }

    public Task SendAsync(MasterCall call) => Master.SendAsync(call, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        gate?.TrySetResult();
        await stop.CancelAsync();
        await Listening;
        await Master.DisposeAsync();
    }

    private async Task ListenAsync(FrameworkDescription framework)
    {
        try
        {
            await foreach (var e in Master.SubscribeAsync(() => framework, stop.Token))
            {
                lock (events)
                    events.Add(e);
                if (gate is not null)
                    await gate.Task;
            }
        }
        catch (OperationCanceledException)
        {
            // The test ended.
        }
    }
}
