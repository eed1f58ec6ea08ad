using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Events;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Core;

// What the agents say of tasks. Updates are sent again until acknowledged, arrive out of order across tasks, and may name tasks that
// ended long ago: none of that may do harm.
internal sealed partial class ClusterMachine
{
    private readonly Dictionary<string, string> lastUpdate = new(StringComparer.Ordinal);

    /// <summary>Tasks that should be gone and run nevertheless; killed until the master reports their end.</summary>
    private readonly Dictionary<string, string?> surplus = new(StringComparer.Ordinal);
    private readonly HashSet<string> alerted = new(StringComparer.Ordinal);

    private void Update(TaskStatus status, DateTimeOffset now)
    {
        if (status.Uuid is not null || status.State == TaskState.Running)
            HeardOf(status.AgentId, now);
        if (state.Tasks.TryGetValue(status.TaskId, out var task))
        {
            unanswered.Remove(status.TaskId);
            if (!IsRepeated(status))
                Transit(task, status, now);
        }
        else
        {
            Stranger(status, now);
        }

        // The row of this update commits before this leaves: see Effects. Updates without uuid come from the master and want no answer.
        if (status is { Uuid: { } uuid, AgentId: { } agent })
            Send(new AcknowledgeUpdate(status.TaskId, agent, uuid));
    }

    private bool IsRepeated(TaskStatus status)
    {
        if (status.Uuid is null)
            return false;
        var uuid = Convert.ToHexString(status.Uuid);
        if (lastUpdate.TryGetValue(status.TaskId, out var last) && last == uuid)
            return true;
        lastUpdate[status.TaskId] = uuid;
        return false;
    }

    private void Transit(TaskRecord task, TaskStatus status, DateTimeOffset now)
    {
        if (!IsEcho(task, status))
            state.Effects.Statuses.Add(new TaskUpdateRow(status, status.Timestamp ?? now));
        if (task.Phase == TaskPhase.Pending)
            return; // It was never launched: whatever the master means, it is not this attempt.
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
                OutOfSight(task, status, now);
                break;
            case TaskState.Finished or TaskState.Failed or TaskState.Killed or TaskState.Error:
            case TaskState.Lost or TaskState.Dropped or TaskState.Gone or TaskState.GoneByOperator:
                End(task, Judge(task, status), now);
                break;
        }
    }

    private TaskEnd Judge(TaskRecord task, TaskStatus status)
    {
        var spec = state.Deploys[task.DeployId].Spec;
        return FailureRules.Judge(task, spec.Kind, status, spec.Image);
    }

    // Answers of reconciliation that say what we know already would fill the history of every task.
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
        timers.Cancel(TimerKind.Launch, task.Id);
        timers.Cancel(TimerKind.Unreachable, task.Id);
        var first = phase == TaskPhase.Running && task.RunningAt is null;
        var reached = task with { Phase = task.KillCause is null ? phase : TaskPhase.Killing, RunningAt = first ? now : task.RunningAt };
        state.Save(reached);
        if (first)
            state.Append(new TaskRunning(settings.Cluster, task.RequestId, task.DeployId, task.Id), Self, SubjectOf(task));
        if (task.Phase == TaskPhase.Unreachable)
            Returned(reached, now);
        // What we sent while it was out of sight was lost: this is the first kill that it hears, and it has its grace.
        if (task.KillCause is not null)
            SendKill(reached, state.Deploys[task.DeployId].Spec.KillGrace, now);
        else if (phase == TaskPhase.Running && state.Tasks.TryGetValue(task.Id, out var kept) && kept.KillCause is null)
            WatchRunning(kept, now);
    }

    private void OutOfSight(TaskRecord task, TaskStatus status, DateTimeOffset now)
    {
        if (task.Phase == TaskPhase.Unreachable)
            return;
        StopWatching(task.Id);
        state.Save(task with { Phase = TaskPhase.Unreachable, Reason = status.Message });
        if (PatienceFor(task) is { } patience)
            timers.Set(TimerKind.Unreachable, task.Id, now + patience);
    }

    private void Stranger(TaskStatus status, DateTimeOffset now)
    {
        state.Effects.Statuses.Add(new TaskUpdateRow(status, status.Timestamp ?? now));
        if (status.State is TaskState.Staging or TaskState.Starting or TaskState.Running or TaskState.Killing)
        {
            if (!surplus.ContainsKey(status.TaskId))
                state.Effects.Sends.Add(new LookUp(status.TaskId, status.AgentId));
        }
        else if (status.State is not (TaskState.Unreachable or TaskState.Unknown) && surplus.Remove(status.TaskId))
        {
            timers.Cancel(TimerKind.Kill, status.TaskId);
        }
    }

    private void MeetStranger(LookedUp found, DateTimeOffset now)
    {
        if (state.Tasks.ContainsKey(found.TaskId) || surplus.ContainsKey(found.TaskId))
            return;
        if (found.Known)
        {
            surplus[found.TaskId] = found.AgentId;
            KillAgain(found.TaskId, now);
        }
        else if (alerted.Add(found.TaskId))
        {
            state.Append(
                new ClusterChanged(settings.Cluster,
                    $"task {found.TaskId} runs on agent {found.AgentId} and is not known here: left alone"), Self,
                new JournalSubject { Cluster = settings.Cluster, TaskId = found.TaskId });
        }
    }
}
