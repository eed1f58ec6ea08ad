using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>Kills tasks that are overdue: launched but not running, or running for too long.</summary>
internal sealed class OverdueTasks(ClusterState state, CoreSettings settings, Kills kills)
{
    /// <summary>It was launched long ago and still does not run: another agent may try.</summary>
    public void DidNotStart(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task) && task.Phase is (TaskPhase.Launching or TaskPhase.Starting))
            kills.Kill(task, KillCause.NotStarted, $"did not run within {settings.KillIfNotRunning.TotalSeconds:0} s of its launch", now);
    }

    public void RanTooLong(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task))
            kills.Kill(task, KillCause.Overtime,
                $"ran longer than {state.Deploys[task.DeployId].Spec.MaxRunTime!.Value.TotalSeconds:0} s", now);
    }
}
