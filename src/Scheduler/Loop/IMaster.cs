using Microsoft.Extensions.Logging;
using Pipeline.Mesos;
using Pipeline.Mesos.Client;

namespace Pipeline.Scheduler.Loop;

/// <summary>The process boundary to the masters of one cluster; tests put a scripted master behind it.</summary>
internal interface IMaster : IAsyncDisposable
{
    IAsyncEnumerable<MasterEvent> SubscribeAsync(Func<FrameworkDescription> framework, CancellationToken ct);

    /// <summary>Calls about one agent leave in the order of these invocations, and so do calls about everything against all others.</summary>
    Task SendAsync(MasterCall call, CancellationToken ct);
}

internal sealed class RealMaster(MesosMasterOptions options, TimeProvider time, ILogger<MesosMaster> log) : IMaster
{
    private readonly MesosMaster master = new(options, time, log);

    public IAsyncEnumerable<MasterEvent> SubscribeAsync(Func<FrameworkDescription> framework, CancellationToken ct) =>
        master.SubscribeAsync(framework, ct);

    public Task SendAsync(MasterCall call, CancellationToken ct) => master.SendAsync(call, ct);

    public ValueTask DisposeAsync() => master.DisposeAsync();
}
