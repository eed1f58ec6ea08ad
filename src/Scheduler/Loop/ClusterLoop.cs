using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Loop;

/// <summary>
/// One term of leading a cluster: drains inputs, lets the machine decide, commits, and only then sends. Any error ends the term: what is
/// in memory never runs ahead of the database, because the next term starts from it.
/// </summary>
internal sealed class ClusterLoop(ClusterMachine machine, ClusterStore store, IMaster master, long epoch, TimeProvider time, ILogger log)
{
    private const int Batch = 2000;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(30);

    /// <summary>Failed over so soon after a take-over, it was the leader before us, who had not noticed yet: we subscribe again.
    /// Later it is a stranger with our id, and a person decides.</summary>
    internal static readonly TimeSpan PredecessorTime = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan RetakePause = TimeSpan.FromSeconds(1);

    // Updates may never be dropped: a full channel makes the reader of the stream wait.
    private readonly Channel<SchedulerInput> inputs =
        Channel.CreateBounded<SchedulerInput>(new BoundedChannelOptions(10_000) { SingleReader = true });
    private volatile bool intakeRang = true;

    public ValueTask HearAsync(SchedulerInput input, CancellationToken ct) => inputs.Writer.WriteAsync(input, ct);

    public async ValueTask RingIntakeAsync(CancellationToken ct)
    {
        intakeRang = true;
        await inputs.Writer.WriteAsync(new Tick(), ct);
    }

    /// <summary>Runs until the token is cancelled or something fails.</summary>
    public async Task DriveAsync(Outbox outbox, Action<ClusterMachine> show, CancellationToken ct)
    {
        var batch = new List<SchedulerInput>();
        while (true)
        {
            await WaitAsync(ct);
            batch.Clear();
            while (batch.Count < Batch && inputs.Reader.TryRead(out var input))
                batch.Add(input);
            var intake = await TakeIntakeAsync(batch, ct);
            var effects = machine.Handle(batch, time.GetUtcNow());
            if (effects.HasRows || intake.Count > 0)
                await store.SaveAsync(epoch, effects, intake, ct);
            outbox.Post(effects.Sends);
            show(machine);
        }
    }

    private async Task<IReadOnlyList<long>> TakeIntakeAsync(List<SchedulerInput> batch, CancellationToken ct)
    {
        if (!intakeRang)
            return [];
        intakeRang = false;
        var items = await store.ReadIntakeAsync(ct);
        batch.AddRange(InputsOf(items));
        return [.. items.Select(i => i.Id)];
    }

    /// <summary>What the machine hears of the intake: what was made before is not made again, but its asker is told.</summary>
    internal static IEnumerable<SchedulerInput> InputsOf(IReadOnlyList<IntakeItem> items)
    {
        foreach (var item in items)
        {
            if (item is not { Known: true, Command: RunSubmitted or DeploySubmitted or RunAsked })
                yield return item.WantsAnswer ? new Commanded(item.Id, item.Command) : item.Command;
            else if (item.WantsAnswer)
                yield return new AlreadyDone(item.Id, item.Command);
        }
    }

    private async Task WaitAsync(CancellationToken ct)
    {
        var wake = machine.NextWake - time.GetUtcNow() ?? LongestSleep;
        if (wake <= TimeSpan.Zero || intakeRang || inputs.Reader.TryPeek(out _))
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var sleep = Task.Delay(wake < LongestSleep ? wake : LongestSleep, time, stop.Token);
        var readable = inputs.Reader.WaitToReadAsync(stop.Token).AsTask();
        await Task.WhenAny(sleep, readable);
        await stop.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>Listens to the master; when the subscription is over for good, waits for a person (or, refused, for a better
    /// answer).</summary>
    public async Task ListenAsync(Func<FrameworkDescription> framework, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var end = SubscriptionEnd.Refused;
            await foreach (var said in master.SubscribeAsync(framework, ct))
            {
                if (said is SubscriptionEnded ended)
                {
                    end = ended.End;
                    Log.SubscriptionEnded(log, framework().Name, ended.End.ToString(), ended.Reason);
                }

                await HearAsync(new MasterSaid(said), ct);
            }

            var pause = end switch
            {
                SubscriptionEnd.FailedOver when time.GetElapsedTime(began) < PredecessorTime => RetakePause,
                SubscriptionEnd.FailedOver or SubscriptionEnd.FrameworkRemoved => Timeout.InfiniteTimeSpan,
                _ => RefusedPause,
            };
            await Task.Delay(pause, time, ct);
        }
    }
}
