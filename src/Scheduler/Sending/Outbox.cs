using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Launching;

namespace Pipeline.Scheduler.Sending;

/// <summary>Carries out what a step decided, after its rows are durable: calls in order, probes and look-ups concurrently.</summary>
internal sealed class Outbox(
    IMaster master, LaunchBuilder launches, ReadinessProbe probe, ClusterStore store, Func<SchedulerInput, CancellationToken,
        ValueTask> enqueue,
    ILogger log)
{
    private const int ProbesAtOnce = 32;
    private const int CallsUnderWay = 256;

    private readonly Channel<Outgoing> calls = Channel.CreateUnbounded<Outgoing>();
    private readonly Channel<RunProbe> probes = Channel.CreateUnbounded<RunProbe>();
    private readonly Channel<LookUp> lookUps = Channel.CreateUnbounded<LookUp>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Calls that wait to be sent.</summary>
    public int Waiting => calls.Reader.CanCount ? calls.Reader.Count : 0;

    public void Post(IReadOnlyList<Outgoing> sends)
    {
        foreach (var send in sends)
        {
            var taken = send switch
            {
                RunProbe check => probes.Writer.TryWrite(check),
                LookUp lookUp => lookUps.Writer.TryWrite(lookUp),
                _ => calls.Writer.TryWrite(send),
            };
            Invariant.Require(taken);
        }
    }

    public Task RunAsync(CancellationToken ct) =>
        Task.WhenAll([SendAllAsync(ct), LookUpAllAsync(ct), .. Enumerable.Range(0, ProbesAtOnce).Select(_ => ProbeAllAsync(ct))]);

    private async Task SendAllAsync(CancellationToken ct)
    {
        using var underWay = new SemaphoreSlim(CallsUnderWay);
        await foreach (var send in calls.Reader.ReadAllAsync(ct))
        {
            var call = send is Launch launch ? launches.Build(launch) : ((Call)send).Message;
            await underWay.WaitAsync(ct);
            // The client keeps the order of the invocations, so the next one need not wait for the answer of this one.
            _ = ObserveAsync(call, master.SendAsync(call, ct), underWay, ct);
        }
    }

    private async Task ObserveAsync(MasterCall call, Task sent, SemaphoreSlim underWay, CancellationToken ct)
    {
        try
        {
            await sent;
        }
        catch (Exception e) when (e is MesosCallException or HttpRequestException or IOException or OperationCanceledException)
        {
            if (ct.IsCancellationRequested)
                return;
            Log.CallFailed(log, call.GetType().Name, e.Message);
            await enqueue(new SendFailed(call, e.Message), ct);
        }
        finally
        {
            if (!ct.IsCancellationRequested)
                underWay.Release();
        }
    }

    private async Task ProbeAllAsync(CancellationToken ct)
    {
        await foreach (var request in probes.Reader.ReadAllAsync(ct))
        {
            var answer = await store.ListensAsync(request.TaskId, request.Port, ct) ? await probe.TryAsync(request, ct)
                : probe.NobodyThere(request);
            await enqueue(answer, ct);
        }
    }

    private async Task LookUpAllAsync(CancellationToken ct)
    {
        await foreach (var lookUp in lookUps.Reader.ReadAllAsync(ct))
            await enqueue(new TaskLookedUp(lookUp.TaskId, lookUp.AgentId, await store.KnowsTaskAsync(lookUp.TaskId, ct)), ct);
    }
}
