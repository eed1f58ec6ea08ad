using Pipeline.Scheduler.Core.Layers;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core;

/// <summary>
/// The scheduler of one cluster: handles what happens, decides, and says what must be durable and what must then be sent. No I/O, no
/// clock, no randomness: the same history gives the same effects. Not thread-safe; one loop drives it.
/// </summary>
/// <remarks>
/// It drives parts that each own their state, over one <see cref="ClusterState"/>. They stand in four layers (<c>Layers/</c>), each made
/// of those below it; <see cref="Handle(IReadOnlyList{SchedulerInput}, DateTimeOffset)"/> is the one order in which they act.
/// The caller must make the effects of a step durable before it carries out their sends, and before the next step's sends.
/// </remarks>
internal sealed class ClusterMachine
{
    private readonly ClusterState state;
    private readonly TaskLayer tasks;
    private readonly InstanceLayer instances;
    private readonly ClusterLayer cluster;
    private readonly CommandLayer commands;

    /// <param name="now">When the rows were read: what waited while nobody led gets its time anew.</param>
    public ClusterMachine(CoreSettings settings, TrustCheck trust, Snapshot snapshot, DateTimeOffset now)
    {
        state = new ClusterState(settings.Cluster, snapshot);
        tasks = new TaskLayer(state, settings);
        instances = new InstanceLayer(state, settings, tasks);
        cluster = new ClusterLayer(state, settings, trust, tasks, instances);
        commands = new CommandLayer(state, settings, tasks, instances, cluster);
        Recover(now);
    }

    /// <summary>Null when nothing waits for time.</summary>
    public DateTimeOffset? NextWake => state.Timers.Next;

    /// <summary>Work waits for a place. Read by the subscription, from another thread, when it is made.</summary>
    public bool WantsOffers => cluster.Placement.IsWaiting;

    public FrameworkRecord Framework => state.Framework;

    internal ClusterState State => state;

    /// <summary>The input, or the id that time woke, which is being handled: should the step throw, it threw on this.</summary>
    internal object? Handling => state.Handling;

    internal IReadOnlyCollection<HeldOffer> Held => cluster.Offers.Held;

    internal DeclineLog Declines => cluster.Offers.Declines;

    /// <summary>The request that a task, deploy or request of this id belongs to.</summary>
    internal string? RequestOf(string id) =>
        state.Tasks.TryGetValue(id, out var task) ? task.RequestId
        : state.Deploys.TryGetValue(id, out var deploy) ? deploy.RequestId
        : state.Requests.ContainsKey(id) ? id
        : null;

    public Effects Handle(SchedulerInput input, DateTimeOffset now) => Handle([input], now);

    /// <summary>Handles a batch in order, then what time brought, then places what can be placed.</summary>
    public Effects Handle(IReadOnlyList<SchedulerInput> batch, DateTimeOffset now)
    {
        foreach (var input in batch)
        {
            state.Handling = input;
            Apply(input, now);
        }

        while (state.Timers.TryTakeDue(now, out var kind, out var id))
        {
            state.Handling = id;
            WakeOf(kind)(id, now);
        }

        state.Handling = null;
        cluster.Drains.Continue(now);
        tasks.Reconciler.EndWhenAnswered(now);
        cluster.Placement.Run(now);
        return state.TakeEffects();
    }

    private void Apply(SchedulerInput input, DateTimeOffset now)
    {
        switch (input)
        {
            case MasterEventReceived said:
                cluster.Master.Handle(said.Event, now);
                break;
            case SchedulerCommand command:
                commands.Handler.Handle(command, now);
                break;
            case CommandReceived command:
                state.Effects.Answers.Add((command.Id, commands.Handler.Handle(command.Command, now)));
                break;
            case CommandRepeated done:
                state.Effects.Answers.Add((done.Id, CommandOutcome.Done("Already requested with the same id: nothing changed.")));
                break;
            case ProbeCompleted answer:
                instances.Probes.Answered(answer, now);
                break;
            case SendFailed failed:
                cluster.FailedCalls.Handle(failed.Call, now);
                break;
            case TaskLookedUp found:
                tasks.Unknown.Identify(found, now);
                break;
        }
    }

    /// <summary>What happens when the time of a timer has come, for every kind of timer.</summary>
    private Action<string, DateTimeOffset> WakeOf(TimerKind kind) => kind switch
    {
        TimerKind.Launch => tasks.Reconciler.AskAbout,
        TimerKind.Kill => KillAgain,
        TimerKind.Unreachable => instances.Unreachable.PatiencePassed,
        TimerKind.Startup => instances.Probes.StartupPassed,
        TimerKind.Probe => instances.Probes.Probe,
        TimerKind.Overtime => instances.Overdue.RanTooLong,
        TimerKind.NotBefore => (_, _) => state.Signals.IsDue = true,
        TimerKind.Budget => instances.Failures.BudgetPassed,
        TimerKind.Reconcile => (_, now) => tasks.Reconciler.AskAboutSome(now),
        TimerKind.ImplicitReconcile => (_, now) => tasks.Reconciler.AskAboutAll(now),
        TimerKind.Revive or TimerKind.OfferHold => NothingToDo,
        TimerKind.NotStarted => instances.Overdue.DidNotStart,
        TimerKind.Settled => instances.Running.RanLongEnough,
        TimerKind.Advance => instances.Convergence.Advance,
        TimerKind.Override => commands.OverrideExpiry.Passed,
        TimerKind.Cooldown => tasks.Cooldowns.Passed,
        TimerKind.Fire => commands.CronRuns.Fire,
        TimerKind.OldRuns => commands.CronRuns.OldRunsPassed,
        TimerKind.Freeze => (_, now) => commands.Freezes.Passed(now),
        TimerKind.Machine => commands.Machines.Passed,
        TimerKind.Missing => (_, now) => cluster.Presence.LookForMissing(now),
        TimerKind.Purge => (_, now) => cluster.Presence.Purge(now),
        TimerKind.Maintenance => cluster.Maintenance.Passed,
        TimerKind.Late => instances.LateRuns.Passed,
    };

    private void KillAgain(string taskId, DateTimeOffset now)
    {
        tasks.Kills.KillAgain(taskId, now);
        tasks.Unknown.KillAgain(taskId, now);
    }

    // The round of placement at the end of the step looks at the time itself.
    private static void NothingToDo(string id, DateTimeOffset now)
    {
    }

    /// <summary>A new leader begins from the rows.</summary>
    private void Recover(DateTimeOffset now)
    {
        instances.Recovery.Recover(now);
        foreach (var deploy in state.Deploys.Values)
            instances.Rollouts.Recover(deploy);
        foreach (var request in state.Requests.Values)
        {
            tasks.Overrides.Watch(request);
            tasks.Cooldowns.Recover(request);
            commands.CronRuns.Recover(request);
        }

        commands.Freezes.Recover();
        cluster.Presence.Recover(now);
        cluster.MachineChanges.Recover();
        state.Effects.ForgetWhys = true;
    }
}
