using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Core.Transitions;

/// <summary>Applies a status update to a live task.</summary>
internal sealed class TaskTransitions(
    ClusterState state, ClusterJournal journal, Kills kills, RunningTasks running, UnreachableTasks unreachable, TaskEndings endings)
{
    public void Apply(TaskRecord task, TaskStatus status, DateTimeOffset now)
    {
        if (!IsEcho(task, status))
            state.Effects.Statuses.Add(new TaskUpdateRow(status, status.Timestamp ?? now));
        if (task.Phase == TaskPhase.Pending)
            return; // It was never launched: the update cannot be about this attempt.
        switch (status.State)
        {
            case TaskState.Staging or TaskState.Starting:
                if (task.Phase is TaskPhase.Launching or TaskPhase.Unreachable)
                    Reached(task, TaskPhase.Starting, now);
                break;
            case TaskState.Running:
                if (task.Phase is TaskPhase.Launching or TaskPhase.Starting or TaskPhase.Unreachable)
                    Reached(task, TaskPhase.Running, now);
                break;
            case TaskState.Killing:
                if (task.Phase != TaskPhase.Killing)
                    Reached(task, TaskPhase.Killing, now);
                break;
            case TaskState.Unreachable or TaskState.Unknown:
                unreachable.Lost(task, status, now);
                break;
            case TaskState.Finished or TaskState.Failed or TaskState.Killed or TaskState.Error:
            case TaskState.Lost or TaskState.Dropped or TaskState.Gone or TaskState.GoneByOperator:
                var spec = state.Deploys[task.DeployId].Spec;
                endings.End(task, FailureRules.Classify(task, spec.Kind, status, spec.Image), now);
                break;
        }
    }

    // Reconciliation answers that only confirm the known state would fill the history of every task.
    private static bool IsEcho(TaskRecord task, TaskStatus status) =>
        status.Uuid is null && FailureRules.IsReconciliation(status) && status.State switch
        {
            TaskState.Staging or TaskState.Starting => task.Phase == TaskPhase.Starting,
            TaskState.Running => task.Phase == TaskPhase.Running,
            TaskState.Killing => task.Phase == TaskPhase.Killing,
            TaskState.Unreachable or TaskState.Unknown => task.Phase == TaskPhase.Unreachable,
            _ => false,
        };

    private void Reached(TaskRecord task, TaskPhase phase, DateTimeOffset now)
    {
        state.Timers.Cancel(TimerKind.Launch, task.Id);
        state.Timers.Cancel(TimerKind.Unreachable, task.Id);
        var first = phase == TaskPhase.Running && task.RunningAt is null;
        var reached = task with { Phase = task.KillCause is null ? phase : TaskPhase.Killing, RunningAt = first ? now : task.RunningAt };
        state.Save(reached);
        if (first)
            journal.Append(new TaskRunning(state.Cluster, task.RequestId, task.DeployId, task.Id), ClusterJournal.SubjectOf(task));
        if (task.Phase == TaskPhase.Unreachable)
            unreachable.Returned(reached, now);
        // Kills sent while it was unreachable were lost: this is the first that arrives, so it has its grace.
        if (task.KillCause is not null)
            kills.Send(reached, state.Deploys[task.DeployId].Spec.KillGrace, now);
        else if (phase == TaskPhase.Running && state.Tasks.TryGetValue(task.Id, out var kept) && kept.KillCause is null)
            running.Watch(kept, now);
    }
}
