using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Loop;

/// <summary>
/// One term of leading a cluster: drains inputs, lets the machine decide, commits, and only then sends. Any error ends the term: what is
/// in memory never runs ahead of the database, because the next term starts from it.
/// </summary>
internal sealed class ClusterLoop(ClusterMachine machine, ClusterStore store, IMaster master, Border border, LoopWatch watch, LoopTerm term)
{
    private const int Batch = 2000;
    private static readonly TimeSpan CarefulTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(30);

    /// <summary>Failed over so soon after a take-over, it was the leader before us, who had not noticed yet: we subscribe again.
    /// Later it is a stranger with our id, and a person decides.</summary>
    internal static readonly TimeSpan PredecessorTime = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan RetakePause = TimeSpan.FromSeconds(1);

    // Updates may never be dropped: a full channel makes the reader of the stream wait.
    private readonly Channel<(SchedulerInput Input, long At)> inputs =
        Channel.CreateBounded<(SchedulerInput, long)>(new BoundedChannelOptions(10_000) { SingleReader = true });
    private readonly TimeProvider time = term.Time;
    private readonly long epoch = term.Epoch;
    private readonly long began = term.Time.GetTimestamp();
    private volatile bool intakeRang = true;

    public ValueTask HearAsync(SchedulerInput input, CancellationToken ct) =>
        inputs.Writer.WriteAsync((input, time.GetTimestamp()), ct);

    /// <summary>The intake may hold something. Never waits: a loop with a full channel is awake anyhow.</summary>
    public void RingIntake()
    {
        intakeRang = true;
        inputs.Writer.TryWrite((new Tick(), time.GetTimestamp()));
    }

    /// <summary>Runs until the token is cancelled or something fails.</summary>
    public async Task DriveAsync(Outbox outbox, Action<ClusterMachine> show, CancellationToken ct)
    {
        var batch = new List<SchedulerInput>();
        while (true)
        {
            await WaitAsync(ct);
            batch.Clear();
            var step = time.GetTimestamp();
            var most = IsCareful ? 1 : Batch;
            while (batch.Count < most && inputs.Reader.TryRead(out var heard))
            {
                watch.Took(heard.Input, heard.At);
                batch.AddRange(border.Admit(heard.Input));
            }

            var intake = await TakeIntakeAsync(batch, ct);
            var effects = await DecideAsync(batch, intake, ct);
            if (effects.HasRows || intake.Count > 0)
                await SaveAsync(effects, batch, intake, ct);
            outbox.Post(effects.Sends);
            watch.Turned(machine, effects, step, inputs.Reader.Count, outbox.Waiting);
            show(machine);
        }
    }

    private async Task<Effects> DecideAsync(List<SchedulerInput> batch, IReadOnlyList<IntakeItem> intake, CancellationToken ct)
    {
        try
        {
            return machine.Handle(batch, time.GetUtcNow());
        }
        catch (Exception e)
        {
            await border.SetAsideAsync(machine, machine.Handling, intake, e, ct);
            throw;
        }
    }

    // The database refuses what it cannot hold. The next term hears one thing at a time, and so finds out what it was.
    private async Task SaveAsync(Effects effects, List<SchedulerInput> batch, IReadOnlyList<IntakeItem> intake, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        try
        {
            await store.SaveAsync(epoch, effects, [.. intake.Select(i => i.Id)], ct);
            watch.Committed(began);
        }
        catch (PostgresException e) when (IsCareful && IsRefusal(e))
        {
            await border.SetAsideAsync(machine, batch is [var only] ? only : null, intake, e, ct);
            throw;
        }
    }

    /// <summary>Data that it cannot hold (class 22) or a rule of the schema (23): tried again, it fails again.</summary>
    internal static bool IsRefusal(PostgresException e) =>
        e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("23", StringComparison.Ordinal);

    private bool IsCareful => term.Careful && time.GetElapsedTime(began) < CarefulTime;

    private async Task<IReadOnlyList<IntakeItem>> TakeIntakeAsync(List<SchedulerInput> batch, CancellationToken ct)
    {
        if (!intakeRang)
            return [];
        intakeRang = false;
        var items = await store.ReadIntakeAsync(ct);
        foreach (var own in items.Where(IsOurs))
            await ObeyAsync(own, ct);
        var refused = items.Where(i => border.Refuses(i) is not null).ToList();
        await border.RefuseAsync(refused, ct);
        var taken = items.Except(refused).Where(i => !IsOurs(i)).Take(IsCareful ? 1 - batch.Count : int.MaxValue).ToList();
        intakeRang |= taken.Count < items.Count && IsCareful;
        batch.AddRange(InputsOf(taken));
        return taken;
    }

    private static bool IsOurs(IntakeItem item) => item.Command is StartNewTermCommand or ResetFrameworkCommand;

    /// <summary>What is the loop's own to do: it ends the term, so that the next begins from rows that say otherwise.</summary>
    private async Task ObeyAsync(IntakeItem item, CancellationToken ct)
    {
        var effects = new Effects();
        var outcome = CommandOutcome.Accepted;
        var reason = "a new term was asked for";
        if (item.Command is ResetFrameworkCommand reset)
        {
            if (machine.Framework.State is FrameworkState.FailedOver or FrameworkState.Removed)
            {
                reason = reset.DropId
                    ? $"framework id {machine.Framework.FrameworkId} dropped: everything is started anew under another"
                    : $"framework {machine.Framework.FrameworkId} is taken over again";
                effects.Framework = machine.Framework with
                {
                    FrameworkId = reset.DropId ? null : machine.Framework.FrameworkId, State = FrameworkState.Connecting, Detail = reason,
                };
                effects.Events.Add(new NewJournalEntry(
                    new ClusterChanged(term.Cluster, reason), reset.Actor, new JournalSubject { Cluster = term.Cluster }));
            }
            else
                outcome = CommandOutcome.Conflict("framework-not-lost",
                    $"The framework is {machine.Framework.State}: there is nothing to reset. Only one that was failed over or removed is.");
        }

        if (item.WantsAnswer)
            effects.Answers.Add((item.Id, outcome));
        await store.SaveAsync(epoch, effects, [item.Id], ct);
        if (outcome.IsAccepted)
            throw new TermEndedException(reason);
    }

    /// <summary>What the machine hears of the intake: what was made before is not made again, but its asker is told.</summary>
    internal static IEnumerable<SchedulerInput> InputsOf(IReadOnlyList<IntakeItem> items)
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
        while (true)
        {
            var end = SubscriptionEnd.Refused;
            await foreach (var said in master.SubscribeAsync(framework, ct))
            {
                if (said is SubscriptionEnded ended)
                {
                    end = ended.End;
                    Log.SubscriptionEnded(term.Log, framework().Name, ended.End.ToString(), ended.Reason);
                }

                await HearAsync(new MasterEventReceived(said), ct);
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

/// <summary>Which term of which cluster it is.</summary>
/// <param name="Careful">The term before ended because the database refused something: for a while hear one thing at a time.</param>
internal sealed record LoopTerm(string Cluster, long Epoch, TimeProvider Time, bool Careful, ILogger Log);
