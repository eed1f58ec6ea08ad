using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;
using Pipeline.Scheduler.Core.Tasks;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Core.Transitions;

/// <summary>Unreachable tasks may still run, and may come back. After a time-out an instance is replaced, a run is given up.</summary>
internal sealed class UnreachableTasks(
    ClusterState state, ReadinessChecks checks, LeavingTasks leaving, Convergence convergence, TaskEndings endings)
{
    public void Lost(TaskRecord task, TaskStatus status, DateTimeOffset now)
    {
        if (task.Phase == TaskPhase.Unreachable)
            return;
        checks.Stop(task.Id);
        state.Save(task with { Phase = TaskPhase.Unreachable, Reason = status.Message });
        Wait(task, now);
    }

    /// <summary>Sets the time-out after which it is replaced or given up.</summary>
    public void Wait(TaskRecord task, DateTimeOffset now)
    {
        if (leaving.PatienceFor(task) is { } patience)
            state.Timers.Set(TimerKind.Unreachable, task.Id, now + patience);
    }

    /// <summary>It is reachable again. If that was why it was to leave, its replacement is not needed; if it was to leave anyway, it may
    /// now; and if it serves again, another may leave that had to stay for it.</summary>
    public void Returned(TaskRecord task, DateTimeOffset now)
    {
        if (task is { Leaving.Cause: LeaveCause.Unreachable, KillCause: null })
            convergence.Keep(task, now);
        else if (task is { Leaving: not null, KillCause: null })
            convergence.Balance(task.RequestId, now);
        else if (task.IsHealthy)
            convergence.SettleHealthy(task, now);
    }

    /// <summary>The time-out has passed. An instance is replaced, and given up when the replacement is healthy; a run is given
    /// up.</summary>
    public void PatiencePassed(string taskId, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(taskId, out var task) || task.Phase != TaskPhase.Unreachable)
            return;
        var deploy = state.Deploys[task.DeployId];
        if (task.KillCause is null && deploy is { KeepsRunning: true, IsLive: true })
            convergence.Replace(task, LeaveCause.Unreachable, $"agent {task.Host} is unreachable", now);
        else
            endings.End(task, FailureRules.OutOfReach(task, deploy.Spec, now), now);
    }
}
