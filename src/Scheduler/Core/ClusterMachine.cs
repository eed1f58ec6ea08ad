using Pipeline.Kernel;
using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core;

/// <summary>
/// The scheduler of one cluster: hears, decides, and says what must be durable and what must then be sent. No I/O, no clock, no
/// randomness: the same history gives the same effects. Not thread-safe; one loop drives it.
/// </summary>
/// <remarks>
/// Parts: this file hears and wakes; Commands, Updates, Endings, Deploys, Readiness, Kills, Offers and Reconciliation decide.
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
        foreach (var task in state.Tasks.Values.OrderBy(t => t.Id, StringComparer.Ordinal).ToList())
            TakeUp(task, now);
        foreach (var deploy in state.Deploys.Values.Where(d => d.State == DeployState.Deploying && d.Spec.Budget is not null))
            timers.Set(TimerKind.Budget, deploy.Id, deploy.CreatedAt + deploy.Spec.Budget!.Value);
    }

    /// <summary>Null when nothing waits for time.</summary>
    public DateTimeOffset? NextWake => timers.Next;

    /// <summary>Work waits for a place. Read by the subscription, from another thread, when it is made.</summary>
    public bool WantsOffers => wanting;

    public FrameworkRecord Framework => state.Framework;

    internal ClusterState State => state;

    public Effects Handle(SchedulerInput input, DateTimeOffset now) => Handle([input], now);

    /// <summary>Hears a batch in order, then what time brought, then places what can be placed.</summary>
    public Effects Handle(IReadOnlyList<SchedulerInput> batch, DateTimeOffset now)
    {
        foreach (var input in batch)
            Apply(input, now);
        while (timers.TryTakeDue(now, out var kind, out var id))
            Wake(kind, id, now);
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
                // We do not move tasks for maintenance by ourselves: the honest answer is no.
                Send(new DeclineInverseOffers([.. inverse.Offers.Select(o => o.Id)], settings.LongRefuse));
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
                GiveUp(id, now);
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
            case TimerKind.NotBefore or TimerKind.Revive or TimerKind.OfferHold:
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
                break;
            case TaskPhase.Unreachable:
                timers.Set(TimerKind.Unreachable, task.Id, now + settings.UnreachableAfter);
                break;
            case TaskPhase.Running:
                WatchRunning(task, now);
                break;
        }
    }

    private void Send(MasterCall call) => state.Effects.Sends.Add(new Call(call));

    private bool Connected => state.Framework.State == FrameworkState.Subscribed;

    private static JournalSubject SubjectOf(TaskRecord task) => task.Subject with { TaskId = task.Id };
}
