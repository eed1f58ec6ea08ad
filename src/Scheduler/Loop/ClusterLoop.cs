using System.Threading.Channels;
using Npgsql;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Sending;

namespace Pipeline.Scheduler.Loop;

/// <summary>
/// One term of leading a cluster: drains inputs, lets the machine decide, commits, and only then sends. Any error ends the term: what is
/// in memory never runs ahead of the database, because the next term starts from it.
/// </summary>
internal sealed class ClusterLoop(
    ClusterMachine machine, ClusterStore store, IMaster master, QuarantineGuard guard, LoopTelemetry telemetry, LoopTerm term)
{
    private const int Batch = 2000;
    private static readonly TimeSpan SingleStepTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(30);

    /// <summary>A failover so soon after we took over came from the leader before us, who had not noticed yet: we subscribe again. Later
    /// it is somebody else with our framework id, and an operator decides.</summary>
    internal static readonly TimeSpan PredecessorTime = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan ResubscribePause = TimeSpan.FromSeconds(1);

    // Updates may never be dropped: a full channel makes the reader of the stream wait.
    private readonly Channel<(SchedulerInput Input, long At)> inputs =
        Channel.CreateBounded<(SchedulerInput, long)>(new BoundedChannelOptions(10_000) { SingleReader = true });
    private readonly TimeProvider time = term.Time;
    private readonly long began = term.Time.GetTimestamp();
    private readonly TermCommandHandler termCommands = new(machine, store, term);
    private volatile bool commandsQueued = true;

    public ValueTask EnqueueAsync(SchedulerInput input, CancellationToken ct) =>
        inputs.Writer.WriteAsync((input, time.GetTimestamp()), ct);

    /// <summary>The command queue may hold something. Never waits: a loop with a full channel is awake anyhow.</summary>
    public void NotifyCommands()
    {
        commandsQueued = true;
        inputs.Writer.TryWrite((new Tick(), time.GetTimestamp()));
    }

    /// <summary>Runs until the token is cancelled or something fails.</summary>
    public async Task RunAsync(Outbox outbox, Action<ClusterMachine> publish, CancellationToken ct)
    {
        var batch = new List<SchedulerInput>();
        while (true)
        {
            await WaitAsync(ct);
            batch.Clear();
            var step = time.GetTimestamp();
            var most = IsSingleStep ? 1 : Batch;
            while (batch.Count < most && inputs.Reader.TryRead(out var received))
            {
                telemetry.Received(received.Input, received.At);
                batch.AddRange(guard.Admit(received.Input));
            }

            var queued = await TakeCommandsAsync(batch, ct);
            var effects = await DecideAsync(batch, queued, ct);
            if (effects.HasRows || queued.Count > 0)
                await SaveAsync(effects, batch, queued, ct);
            outbox.Post(effects.Sends);
            telemetry.StepDone(machine, effects, step, inputs.Reader.Count, outbox.Waiting);
            publish(machine);
        }
    }

    private async Task<Effects> DecideAsync(List<SchedulerInput> batch, IReadOnlyList<QueuedCommand> queued, CancellationToken ct)
    {
        try
        {
            return machine.Handle(batch, time.GetUtcNow());
        }
        catch (Exception e)
        {
            await guard.QuarantineAsync(machine, machine.Handling, queued, e, ct);
            throw;
        }
    }

    // The database refuses what it cannot hold. The next term handles one input at a time, and so finds out what it was.
    private async Task SaveAsync(
        Effects effects, List<SchedulerInput> batch, IReadOnlyList<QueuedCommand> queued, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        try
        {
            await store.SaveAsync(term.Epoch, effects, [.. queued.Select(i => i.Id)], ct);
            telemetry.Committed(started);
        }
        catch (PostgresException e) when (IsSingleStep && IsRefusal(e))
        {
            await guard.QuarantineAsync(machine, batch is [var only] ? only : null, queued, e, ct);
            throw;
        }
    }

    /// <summary>Data that it cannot hold (class 22) or a rule of the schema (class 23): a retry fails again.</summary>
    internal static bool IsRefusal(PostgresException e) =>
        e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("23", StringComparison.Ordinal);

    private bool IsSingleStep => term.SingleStep && time.GetElapsedTime(began) < SingleStepTime;

    private async Task<IReadOnlyList<QueuedCommand>> TakeCommandsAsync(List<SchedulerInput> batch, CancellationToken ct)
    {
        if (!commandsQueued)
            return [];
        commandsQueued = false;
        var items = await store.ReadCommandsAsync(ct);
        // What was cut off comes with the next step, not with the next notification.
        commandsQueued |= items.Count == ClusterStore.QueueBatch;
        foreach (var own in items.Where(TermCommandHandler.Handles))
            await termCommands.HandleAsync(own, ct);
        var refused = items.Where(i => guard.RefusalOf(i) is not null).ToList();
        await guard.RefuseAsync(refused, ct);
        var taken = items.Except(refused).Where(i => !TermCommandHandler.Handles(i))
            .Take(IsSingleStep ? 1 - batch.Count : int.MaxValue).ToList();
        commandsQueued |= taken.Count < items.Count && IsSingleStep;
        batch.AddRange(InputsOf(taken));
        return taken;
    }

    /// <summary>What the machine gets of the queue: what was made before is not made again, but its sender gets an answer.</summary>
    internal static IEnumerable<SchedulerInput> InputsOf(IReadOnlyList<QueuedCommand> items)
    {
        foreach (var item in items)
        {
            if (item is not { Known: true, Command: SubmitRunCommand or SubmitDeployCommand or RunNowCommand })
                yield return item.WantsAnswer ? new CommandReceived(item.Id, item.Command) : item.Command;
            else if (item.WantsAnswer)
                yield return new CommandRepeated(item.Id, item.Command);
        }
    }

    private async Task WaitAsync(CancellationToken ct)
    {
        var wake = machine.NextWake - time.GetUtcNow() ?? LongestSleep;
        if (wake <= TimeSpan.Zero || commandsQueued || inputs.Reader.TryPeek(out _))
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var sleep = Task.Delay(wake < LongestSleep ? wake : LongestSleep, time, stop.Token);
        var readable = inputs.Reader.WaitToReadAsync(stop.Token).AsTask();
        await Task.WhenAny(sleep, readable);
        await stop.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>Reads the master's events; when the subscription is over for good, waits for an operator (or, refused, for a better
    /// answer).</summary>
    public async Task SubscribeAsync(Func<FrameworkDescription> framework, CancellationToken ct)
    {
        while (true)
        {
            var end = SubscriptionEnd.Refused;
            await foreach (var masterEvent in master.SubscribeAsync(framework, ct))
            {
                if (masterEvent is SubscriptionEnded ended)
                {
                    end = ended.End;
                    Log.SubscriptionEnded(term.Log, framework().Name, ended.End.ToString(), ended.Reason);
                }

                await EnqueueAsync(new MasterEventReceived(masterEvent), ct);
            }

            var pause = end switch
            {
                SubscriptionEnd.FailedOver when time.GetElapsedTime(began) < PredecessorTime => ResubscribePause,
                SubscriptionEnd.FailedOver or SubscriptionEnd.FrameworkRemoved => Timeout.InfiniteTimeSpan,
                _ => RefusedPause,
            };
            await Task.Delay(pause, time, ct);
        }
    }
}
