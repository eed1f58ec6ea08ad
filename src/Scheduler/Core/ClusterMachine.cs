using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Core;

/// <summary>
/// The scheduler of one cluster: hears, decides, and says what must be durable and what must then be sent. No I/O, no clock, no
/// randomness: the same history gives the same effects. Not thread-safe; one loop drives it.
/// </summary>
/// <remarks>
/// Parts: this file hears and wakes. Commands, Submit, Overrides and Bounce do what people ask; Balance, Deploys and Runs say what should
/// run; Due and Offers where; Updates, Readiness, Endings and Cooldown what became of it; Kills and Reconciliation see to the end.
/// Machines, Presence and Maintenance know the agents; Why says what tasks wait for.
/// The caller must make the effects of a step durable before it carries out their sends, and before the next step's sends.
/// </remarks>
internal sealed partial class ClusterMachine
{
    private static readonly Actor Self = Actor.System("scheduler");

    private readonly CoreSettings settings;
    private readonly TrustCheck trust;
    private readonly ClusterState state;
    private readonly Timers timers = new();

    /// <param name="now">When the state was taken up: what waited while nobody led gets its time anew.</param>
    public ClusterMachine(CoreSettings settings, TrustCheck trust, Snapshot snapshot, DateTimeOffset now)
    {
        this.settings = settings;
        this.trust = trust;
        state = new ClusterState(snapshot);
        heldBack.UnionWith(state.Deploys.Values.Where(d => d.KeepsRunning).Select(d => d.Id));
        foreach (var task in state.Tasks.Values.OrderBy(t => t.Id, StringComparer.Ordinal).ToList())
            TakeUp(task, now);
        foreach (var deploy in state.Deploys.Values)
            TakeUp(deploy);
        foreach (var request in state.Requests.Values)
            TakeUp(request);
        if (state.Freeze?.Change.Until is { } thaw)
            timers.Set(TimerKind.Freeze, "", thaw);
        WatchPresence(now);
        state.Effects.ForgetWhys = true;
    }

    /// <summary>Null when nothing waits for time.</summary>
    public DateTimeOffset? NextWake => timers.Next;

    /// <summary>Work waits for a place. Read by the subscription, from another thread, when it is made.</summary>
    public bool WantsOffers => wanting;

    public FrameworkRecord Framework => state.Framework;

    internal ClusterState State => state;

    /// <summary>The input, or the id that time woke, which is being heard: should the step throw, it threw on this.</summary>
    internal object? Hearing { get; private set; }

    /// <summary>The request that a task, deploy or request of this id belongs to.</summary>
    internal string? RequestOf(string id) =>
        state.Tasks.TryGetValue(id, out var task) ? task.RequestId
        : state.Deploys.TryGetValue(id, out var deploy) ? deploy.RequestId
        : state.Requests.ContainsKey(id) ? id
        : null;

    public Effects Handle(SchedulerInput input, DateTimeOffset now) => Handle([input], now);

    /// <summary>Hears a batch in order, then what time brought, then places what can be placed.</summary>
    public Effects Handle(IReadOnlyList<SchedulerInput> batch, DateTimeOffset now)
    {
        foreach (var input in batch)
        {
            Hearing = input;
            Apply(input, now);
        }

        while (timers.TryTakeDue(now, out var kind, out var id))
        {
            Hearing = id;
            Wake(kind, id, now);
        }

        Hearing = null;
        EmptyAgents(now);
        EndReconciliation(now);
        Settle(now);
        return state.TakeEffects();
    }

    private void Apply(SchedulerInput input, DateTimeOffset now)
    {
        switch (input)
        {
            case MasterSaid said:
                Hear(said.Event, now);
                break;
            case SchedulerCommand command:
                Obey(command, now);
                break;
            case Commanded asked:
                state.Effects.Answers.Add((asked.Id, Obey(asked.Command, now)));
                break;
            case AlreadyDone done:
                state.Effects.Answers.Add((done.Id, CommandOutcome.Made("It was asked for before, with the same id; nothing changed.")));
                break;
            case ProbeAnswered answer:
                Answered(answer, now);
                break;
            case SendFailed failed:
                Failed(failed.Call, now);
                break;
            case LookedUp found:
                MeetStranger(found, now);
                break;
        }
    }

    private void Hear(MasterEvent said, DateTimeOffset now)
    {
        switch (said)
        {
            case Subscribed subscribed:
                OnSubscribed(subscribed, now);
                break;
            case OffersReceived received:
                foreach (var offer in received.Offers)
                    Hold(offer, now);
                break;
            case OfferRescinded rescinded:
                offers.Remove(rescinded.OfferId);
                break;
            case InverseOffersReceived inverse:
                OnInverseOffers(inverse.Offers, now);
                break;
            case InverseOfferRescinded rescinded:
                OnInverseRescinded(rescinded.OfferId, now);
                break;
            case TaskUpdated updated:
                Update(updated.Status, now);
                break;
            case AgentRemoved removed:
                OnAgentRemoved(removed.AgentId, now);
                break;
            case Disconnected gone:
                OnDisconnected(gone.Reason);
                break;
            case SubscriptionEnded ended:
                OnEnded(ended);
                break;
        }
    }

    private void Wake(TimerKind kind, string id, DateTimeOffset now)
    {
        switch (kind)
        {
            case TimerKind.Launch:
                AskAbout(id, now);
                break;
            case TimerKind.Kill:
                KillAgain(id, now);
                break;
            case TimerKind.Unreachable:
                UnreachableForTooLong(id, now);
                break;
            case TimerKind.Startup:
                StartupPassed(id, now);
                break;
            case TimerKind.Probe:
                Probe(id, now);
                break;
            case TimerKind.Overtime:
                OvertimePassed(id, now);
                break;
            case TimerKind.Budget:
                BudgetPassed(id, now);
                break;
            case TimerKind.Reconcile:
                ReconcileSome(now);
                break;
            case TimerKind.ImplicitReconcile:
                ReconcileAll(now);
                break;
            case TimerKind.NotStarted:
                DidNotStart(id, now);
                break;
            case TimerKind.Settled:
                RanLongEnough(id, now);
                break;
            case TimerKind.Advance:
                Proceed(id, now);
                break;
            case TimerKind.Override:
                OverridesPassed(id, now);
                break;
            case TimerKind.Cooldown:
                CooldownPassed(id, now);
                break;
            case TimerKind.Fire:
                Fire(id, now);
                break;
            case TimerKind.OldRuns:
                OldRunsPassed(id, now);
                break;
            case TimerKind.Freeze:
                FreezePassed(now);
                break;
            case TimerKind.Machine:
                MachineExpired(id, now);
                break;
            case TimerKind.Missing:
                LookForMissing(now);
                break;
            case TimerKind.Purge:
                Purge(now);
                break;
            case TimerKind.Maintenance:
                MaintenanceDue(id, now);
                break;
            case TimerKind.NotBefore:
                placementDue = true;
                break;
            case TimerKind.Late:
                IsLate(id, now);
                break;
            case TimerKind.Revive or TimerKind.OfferHold:
                break; // Settle looks at the time itself.
        }
    }

    private void TakeUp(TaskRecord task, DateTimeOffset now)
    {
        switch (task.Phase)
        {
            case TaskPhase.Pending when task.NotBefore is { } at:
                timers.Set(TimerKind.NotBefore, task.Id, at);
                break;
            case TaskPhase.Launching:
                timers.Set(TimerKind.Launch, task.Id, now + settings.LaunchTimeout);
                timers.Set(TimerKind.NotStarted, task.Id, now + settings.KillIfNotRunning);
                break;
            case TaskPhase.Starting:
                timers.Set(TimerKind.NotStarted, task.Id, now + settings.KillIfNotRunning);
                break;
            case TaskPhase.Unreachable:
                if (PatienceFor(task) is { } patience)
                    timers.Set(TimerKind.Unreachable, task.Id, now + patience);
                break;
            case TaskPhase.Running:
                WatchRunning(task, now);
                break;
        }
    }

    private void TakeUp(Deploy deploy)
    {
        if (deploy is not { State: DeployState.Deploying, KeepsRunning: true })
            return;
        if (deploy.Progress.HealthyAt is not null)
            WaitForAcceptance(deploy);
        else if (RolloutRules.BudgetOf(deploy) is { } budget)
            timers.Set(TimerKind.Budget, deploy.Id, RolloutRules.StepSince(deploy) + budget);
    }

    private void TakeUp(Request request)
    {
        WatchOverrides(request);
        if (request.Overrides.Cooldown is not null)
            timers.Set(TimerKind.Cooldown, request.Id, CooldownRules.EndOf(request));
        if (request.NextFire is { } fire)
            timers.Set(TimerKind.Fire, request.Id, fire);
        if (request.Kind is RequestKind.Cron or RequestKind.OnDemand && request.ActiveDeploy is { } id
            && state.Deploys.TryGetValue(id, out var active))
            WatchOldRuns(active);
    }

    private void Send(MasterCall call) => state.Effects.Sends.Add(new Call(call));

    private bool Connected => state.Framework.State == FrameworkState.Subscribed;

    private static JournalSubject SubjectOf(TaskRecord task) => task.Subject with { TaskId = task.Id };
}
