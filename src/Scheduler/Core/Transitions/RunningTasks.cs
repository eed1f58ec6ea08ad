using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Transitions;

/// <summary>What begins when a task runs: its readiness check, and the limits of its time.</summary>
internal sealed class RunningTasks(ClusterState state, ReadinessChecks checks, LateRuns lateRuns, HealthyTasks healthy)
{
    private static readonly TimeSpan OvertimeSlack = TimeSpan.FromSeconds(15);

    public void Watch(TaskRecord task, DateTimeOffset now)
    {
        state.Timers.Cancel(TimerKind.NotStarted, task.Id);
        var spec = state.Deploys[task.DeployId].Spec;
        // Mesos ends it at its limit; this is the safety net.
        if (spec.MaxRunTime is { } most)
            state.Timers.Set(TimerKind.Overtime, task.Id, (task.RunningAt ?? now) + most + OvertimeSlack);
        lateRuns.Watch(task, now);
        if (task.HealthyAt is not null)
            return;
        if (spec.Readiness is { } readiness && ReadinessProbes.PortOf(task, spec) is not null && !task.SkipHealth)
        {
            checks.Begin(task.Id, readiness, now + spec.Options.Probing.Delay);
            return;
        }

        var settled = (task.RunningAt ?? now) + (task.SkipHealth ? TimeSpan.Zero : spec.Options.Probing.HealthyAfter);
        if (settled > now)
            state.Timers.Set(TimerKind.Settled, task.Id, settled);
        else
            healthy.BecameHealthy(task, now);
    }

    public void RanLongEnough(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task) && task is { Phase: TaskPhase.Running, HealthyAt: null, KillCause: null })
            healthy.BecameHealthy(task, now);
    }
}
