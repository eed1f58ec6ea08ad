using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>
/// Reconciles the rows with the master: explicit reconciliation finds tasks that should run and do not, implicit reconciliation the others.
/// Silence is never an answer: an agent that has not re-registered yet sends none (Mesos transcripts 12g).
/// </summary>
internal sealed class Reconciler(ClusterState state, CoreSettings settings)
{
    private const int BatchSize = 1000;
    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(100);

    private readonly SortedSet<string> unanswered = new(StringComparer.Ordinal);
    private readonly Queue<string> round = new();
    private int rounds;
    private DateTimeOffset coveredAt;

    /// <summary>The subscription is new.</summary>
    public void StartWithSubscription(DateTimeOffset now)
    {
        Start(now);
        state.Timers.Set(TimerKind.ImplicitReconcile, "", now + settings.ReconcileRetry);
    }

    public CommandOutcome Handle(ReconcileCommand command, DateTimeOffset now)
    {
        // Without a subscription nobody can answer; the next one starts with a reconciliation.
        if (!state.IsConnected)
            return CommandOutcome.Conflict("not-subscribed", $"Cluster {state.Cluster} has no master at the moment: "
                + "everything is reconciled as soon as it has one.");
        if (state.Framework.Reconciliation is { Until: null } under)
        {
            // Unanswered tasks are asked about at once, however far away the next round is.
            round.Clear();
            rounds = 0;
            state.Timers.Set(TimerKind.Reconcile, "", now);
            return CommandOutcome.Done(
                $"already-running: since {under.Since:u}, {unanswered.Count} of {under.Tasks} tasks have not been answered for.");
        }

        state.Append(new ClusterChanged(state.Cluster, "reconciliation requested"), command.Actor,
            new JournalSubject { Cluster = state.Cluster });
        Start(now);
        state.Timers.Set(TimerKind.ImplicitReconcile, "", now);
        return CommandOutcome.Done($"started: the master is asked about {unanswered.Count} tasks.");
    }

    /// <summary>A status of the task arrived, or it has ended.</summary>
    public void Answered(string taskId) => unanswered.Remove(taskId);

    /// <summary>It is over when every task was answered for, or has ended.</summary>
    public void EndWhenAnswered(DateTimeOffset now)
    {
        if (unanswered.Count == 0 && state.IsConnected && state.Framework.Reconciliation is { Until: null } under)
            state.Save(state.Framework with { Reconciliation = under with { Until = now } });
    }

    /// <summary>Asks about a launch without a status.</summary>
    public void AskAbout(string taskId, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(taskId, out var task) || task.Phase != TaskPhase.Launching)
            return;
        state.Timers.Set(TimerKind.Launch, taskId, now + settings.LaunchTimeout);
        if (state.IsConnected)
            state.Send(new ReconcileTasks([(taskId, task.AgentId)]));
    }

    public void AskAboutSome(DateTimeOffset now)
    {
        if (!state.IsConnected || unanswered.Count == 0)
            return;
        if (round.Count == 0)
        {
            rounds++;
            foreach (var id in unanswered)
                round.Enqueue(id);
        }

        var batch = new List<(string, string?)>();
        while (batch.Count < BatchSize && round.TryDequeue(out var id))
        {
            if (unanswered.Contains(id) && state.Tasks.TryGetValue(id, out var task))
                batch.Add((id, task.AgentId));
        }

        // An empty list would mean an implicit reconciliation.
        if (batch.Count > 0)
            state.Send(new ReconcileTasks(batch));
        state.Timers.Set(TimerKind.Reconcile, "", now + (round.Count > 0 ? BetweenBatches : Pause()));
    }

    /// <summary>Implicitly about what the master has and we do not, and explicitly about what we have: of a task that it does not know
    /// the master speaks only when it is asked.</summary>
    public void AskAboutAll(DateTimeOffset now)
    {
        state.Timers.Set(TimerKind.ImplicitReconcile, "", now + settings.ImplicitReconcile);
        if (!state.IsConnected)
            return;
        state.Send(new ReconcileTasks([]));
        if (now - coveredAt >= settings.ImplicitReconcile)
            Doubt(state.Tasks.Values, coveredAt = now);
    }

    /// <summary>The master removed the agent: it says so of each task that it knew there, and of no other.</summary>
    public void AskAboutTasksOn(string agentId, DateTimeOffset now) => Doubt(state.TasksOn(agentId), now);

    private void Start(DateTimeOffset now)
    {
        unanswered.Clear();
        Doubt(state.Tasks.Values, coveredAt = now);
        if (unanswered.Count == 0)
            Begin(now);
    }

    // All that was launched, until it is answered for.
    private void Doubt(IEnumerable<TaskRecord> tasks, DateTimeOffset now)
    {
        unanswered.UnionWith(tasks.Where(t => t.Phase != TaskPhase.Pending).Select(t => t.Id));
        if (unanswered.Count > 0)
            Begin(now);
    }

    private void Begin(DateTimeOffset now)
    {
        round.Clear();
        rounds = 0;
        state.Timers.Set(TimerKind.Reconcile, "", now);
        state.Save(state.Framework with { Reconciliation = new Reconciliation(now, null, unanswered.Count) });
    }

    private TimeSpan Pause()
    {
        var doubled = settings.ReconcileRetry * Math.Pow(2, Math.Min(rounds - 1, 10));
        return doubled < settings.ReconcileLongest ? doubled : settings.ReconcileLongest;
    }
}
