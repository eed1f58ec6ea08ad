using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>Saves the end of a task, and drops its timers and its in-memory state. The consequences are handled elsewhere.</summary>
internal sealed class TaskCloser(
    ClusterState state, ClusterJournal journal, ReadinessChecks checks, Reconciler reconciler, SeenUpdates seen)
{
    // EX_TEMPFAIL: TaskRunner blames its agent, for a broken trust file for example.
    private const int AgentAtFault = 75;
    private static readonly TimeSpan TroubleLasts = TimeSpan.FromMinutes(10);

    public void Close(TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        if (end.ExitCode == AgentAtFault && task.AgentId is { } agent)
            state.Spread.NoteTrouble(task.RequestId, agent, now + TroubleLasts, now);
        if (end.ExitCode == FailureRules.PortTakenExit && task.AgentId is { } host)
            state.TakenPorts.Note(host, task.Ports, now + TroubleLasts);
        state.Timers.CancelTask(task.Id);
        checks.Forget(task.Id);
        reconciler.Answered(task.Id);
        seen.Forget(task.Id);
        state.Save(task with
        {
            Phase = end.Phase, EndedAt = now, Outcome = end.Outcome, FailureClass = end.Class, ExitCode = end.ExitCode,
            Reason = end.Reason, Why = null,
        });
    }

    /// <param name="final">No other attempt follows.</param>
    public void Announce(TaskRecord task, TaskEnd end, bool final) => journal.Append(
        new TaskFinished(state.Cluster, task.RequestId, task.DeployId, task.Id, end.Outcome, end.Class, end.ExitCode, end.Reason, final),
        ClusterJournal.SubjectOf(task));
}
