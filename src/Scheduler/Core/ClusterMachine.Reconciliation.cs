using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// What we believe and what runs drift apart: explicit questions find tasks that we think run and don't, implicit ones the other way.
// Silence is never an answer: an agent that has not re-registered yet gives none (Mesos transcripts 12g).
internal sealed partial class ClusterMachine
{
    private const int ReconcileBatch = 1000;
    private static readonly TimeSpan ReconcileBreath = TimeSpan.FromMilliseconds(100);

    private readonly SortedSet<string> unanswered = new(StringComparer.Ordinal);
    private readonly Queue<string> round = new();
    private int rounds;

    private void OnSubscribed(Subscribed subscribed, DateTimeOffset now)
    {
        var known = state.Framework.FrameworkId;
        // The id is durable before any call of this step leaves.
        Invariant.Require(known is null || known == subscribed.FrameworkId);
        state.Save(state.Framework with
        {
            FrameworkId = subscribed.FrameworkId, State = FrameworkState.Subscribed, Detail = null, Master = subscribed.MasterAddress,
            MasterVersion = subscribed.MasterVersion,
        });
        Record($"subscribed to master {subscribed.MasterAddress} as {subscribed.FrameworkId}");
        offers.Clear();
        placementDue = true;
        suppressed = null;
        StartReconciliation(now);
        timers.Set(TimerKind.ImplicitReconcile, "", now + settings.ReconcileRetry);
        foreach (var task in state.Tasks.Values.Where(t => t.KillCause is not null && t.Phase != TaskPhase.Pending).OrderBy(t =>
            t.Id, StringComparer.Ordinal).ToList())
            SendKill(task, state.Deploys[task.DeployId].Spec.KillGrace, now);
    }

    private void OnDisconnected(string reason)
    {
        offers.Clear();
        placementDue = true;
        if (state.Framework.State == FrameworkState.Subscribed)
            Record($"disconnected: {reason}");
        if (state.Framework.State != FrameworkState.Disconnected || state.Framework.Detail != reason)
            state.Save(state.Framework with { State = FrameworkState.Disconnected, Detail = reason });
    }

    private void OnEnded(SubscriptionEnded ended)
    {
        offers.Clear();
        placementDue = true;
        var (reached, word) = ended.End switch
        {
            SubscriptionEnd.FailedOver =>
                (FrameworkState.FailedOver, "another scheduler took the framework over; this one stands by until a person decides"),
            SubscriptionEnd.FrameworkRemoved =>
                (FrameworkState.Removed, "the master removed the framework; nothing is started until a person decides"),
            SubscriptionEnd.Unauthorized => (FrameworkState.Unauthorized, "the master refuses principal or secret"),
            SubscriptionEnd.Refused => (FrameworkState.Refused, "the master refuses the framework"),
        };
        state.Save(state.Framework with { State = reached, Detail = ended.Reason });
        Record($"{word}: {ended.Reason}");
    }

    private void Record(string what) =>
        state.Append(new ClusterChanged(settings.Cluster, what), Self, new JournalSubject { Cluster = settings.Cluster });

    private void StartReconciliation(DateTimeOffset now)
    {
        unanswered.Clear();
        unanswered.UnionWith(state.Tasks.Values.Where(t => t.Phase != TaskPhase.Pending).Select(t => t.Id));
        round.Clear();
        rounds = 0;
        timers.Set(TimerKind.Reconcile, "", now);
        state.Save(state.Framework with { Reconciliation = new Reconciliation(now, null, unanswered.Count) });
    }

    private CommandOutcome Reconcile(ReconciliationAsked asked, DateTimeOffset now)
    {
        // Without a subscription there is nobody to answer; the next one begins with a reconciliation.
        if (!Connected)
            return CommandOutcome.Conflict("not-subscribed", $"Cluster {settings.Cluster} has no master at the moment: "
                + "everything is reconciled as soon as it has one.");
        if (state.Framework.Reconciliation is { Until: null } under)
        {
            // What is missing is asked for at once, however long its next turn is away.
            round.Clear();
            rounds = 0;
            timers.Set(TimerKind.Reconcile, "", now);
            return CommandOutcome.Made($"already-running: since {under.Since:u}, {unanswered.Count} of {under.Tasks} tasks are not answered for.");
        }

        state.Append(new ClusterChanged(settings.Cluster, "reconciliation asked"), asked.Actor,
            new JournalSubject { Cluster = settings.Cluster });
        StartReconciliation(now);
        timers.Set(TimerKind.ImplicitReconcile, "", now);
        return CommandOutcome.Made($"started: the master is asked about {unanswered.Count} tasks.");
    }

    /// <summary>It is over when every task was answered for, or has ended.</summary>
    private void EndReconciliation(DateTimeOffset now)
    {
        if (unanswered.Count == 0 && Connected && state.Framework.Reconciliation is { Until: null } under)
            state.Save(state.Framework with { Reconciliation = under with { Until = now } });
    }

    /// <summary>A launch that nothing was heard of.</summary>
    private void AskAbout(string taskId, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(taskId, out var task) || task.Phase != TaskPhase.Launching)
            return;
        timers.Set(TimerKind.Launch, taskId, now + settings.LaunchTimeout);
        if (Connected)
            Send(new ReconcileTasks([(taskId, task.AgentId)]));
    }

    private void ReconcileSome(DateTimeOffset now)
    {
        if (!Connected || unanswered.Count == 0)
            return;
        if (round.Count == 0)
        {
            rounds++;
            foreach (var id in unanswered)
                round.Enqueue(id);
        }

        var batch = new List<(string, string?)>();
        while (batch.Count < ReconcileBatch && round.TryDequeue(out var id))
        {
            if (unanswered.Contains(id) && state.Tasks.TryGetValue(id, out var task))
                batch.Add((id, task.AgentId));
        }

        // An empty list would ask for everything.
        if (batch.Count > 0)
            Send(new ReconcileTasks(batch));
        timers.Set(TimerKind.Reconcile, "", now + (round.Count > 0 ? ReconcileBreath : ReconcilePause()));
    }

    private TimeSpan ReconcilePause()
    {
        var doubled = settings.ReconcileRetry * Math.Pow(2, Math.Min(rounds - 1, 10));
        return doubled < settings.ReconcileLongest ? doubled : settings.ReconcileLongest;
    }

    private void ReconcileAll(DateTimeOffset now)
    {
        timers.Set(TimerKind.ImplicitReconcile, "", now + settings.ImplicitReconcile);
        if (Connected)
            Send(new ReconcileTasks([]));
    }
}
