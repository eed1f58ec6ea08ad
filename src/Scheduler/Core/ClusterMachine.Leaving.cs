using Pipeline.Mesos;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Core;

// What agents and tasks out of sight do to instances: marked as leaving, replaced by the balance of their request, then let go.
internal sealed partial class ClusterMachine
{
    private void Leave(TaskRecord task, LeaveCause cause, string reason, DateTimeOffset now)
    {
        MarkLeaving(task, cause, reason, now);
        Balance(task.RequestId, now);
    }

    /// <summary>The task need not leave any more. Of it and what was to replace it one stays: the healthy one, or else the older.</summary>
    private void Stay(TaskRecord seen, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(seen.Id, out var task) || task is not { Leaving: not null, KillCause: null })
            return;
        state.Save(task with { Leaving = null });
        Balance(task.RequestId, now);
    }

    private IEnumerable<TaskRecord> StandIns(TaskRecord task) =>
        state.TasksOf(task.DeployId, task.Instance).Where(t => t.Id != task.Id && t.FillsPlace && t.KillCause is null);

    /// <summary>Out of sight for too long. An instance is replaced, and given up when the other is healthy; a run is given up.</summary>
    private void UnreachableForTooLong(string taskId, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(taskId, out var task) || task.Phase != TaskPhase.Unreachable)
            return;
        if (task.KillCause is null && state.Deploys[task.DeployId] is { KeepsRunning: true, IsLive: true })
            Leave(task, LeaveCause.Unreachable, $"agent {task.Host} is out of reach", now);
        else
            GiveUpFor(task, now);
    }

    /// <summary>It is replaced: what can be told to end is, what cannot is forgotten, and killed should it return.</summary>
    private void LetGo(TaskRecord task, DateTimeOffset now)
    {
        if (task.Phase != TaskPhase.Unreachable)
            Kill(task, KillCause.Retired, task.Leaving!.Reason, now);
        else if (state.Deploys[task.DeployId].Spec.Options.Unreachable.KillReturned)
            GiveUpFor(task, now);
    }

    private void GiveUpFor(TaskRecord task, DateTimeOffset now)
    {
        var lost = new TaskStatus(
            task.Id, TaskState.Unreachable, task.AgentId, null, null, $"agent {task.Host} was out of reach for too long", null, null, now,
            null, null);
        End(task, Judge(task, lost), now);
    }

    /// <summary>An unreachable task is back, with another in its place or on its way: one is one too many.</summary>
    private void Returned(TaskRecord task, DateTimeOffset now)
    {
        if (task is { Leaving.Cause: LeaveCause.Unreachable, KillCause: null })
            Stay(task, now);
    }

    /// <returns>Null: never.</returns>
    private TimeSpan? PatienceFor(TaskRecord task)
    {
        if (task.KillCause is not null)
            return settings.UnreachableAfter;
        var options = state.Deploys[task.DeployId].Spec.Options.Unreachable;
        return options.Never ? null : options.ReplaceAfter ?? settings.UnreachableAfter;
    }
}
