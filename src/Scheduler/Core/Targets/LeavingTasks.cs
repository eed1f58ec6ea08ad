using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Targets;

/// <summary>Instances that leave as soon as their replacement is healthy.</summary>
internal sealed class LeavingTasks(ClusterState state, CoreSettings settings)
{
    /// <summary>Marks a task for replacement. Balance the request afterwards.</summary>
    public void Mark(TaskRecord seen, LeaveCause cause, string reason, DateTimeOffset now)
    {
        // What was done before in this step may have ended it.
        if (!state.Tasks.TryGetValue(seen.Id, out var task) || task.KillCause is not null || task.Leaving is not null)
            return;
        if (task.Phase == TaskPhase.Pending)
            return; // A pending task needs no replacement.
        state.Save(task with { Leaving = new Leaving(cause, reason, now) });
    }

    public IEnumerable<TaskRecord> Of(string deployId) => state.TallyOf(deployId).Leaving.Select(id => state.Tasks[id]);

    /// <summary>How long the task may be unreachable.</summary>
    /// <returns>Null: for ever.</returns>
    public TimeSpan? PatienceFor(TaskRecord task)
    {
        if (task.KillCause is not null)
            return settings.UnreachableAfter;
        var options = state.Deploys[task.DeployId].Spec.Options.Unreachable;
        return options.Never ? null : options.ReplaceAfter ?? settings.UnreachableAfter;
    }

    /// <summary>Unreachable, and past its time-out, whatever it was leaving for.</summary>
    public bool IsGivenUp(TaskRecord task) => task.Phase == TaskPhase.Unreachable
        && (task.Leaving?.Cause == LeaveCause.Unreachable
            || (PatienceFor(task) is not null && !state.Timers.IsSet(TimerKind.Unreachable, task.Id)));
}
