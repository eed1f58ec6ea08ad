using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Transitions;

/// <summary>A new leader resumes watching the live tasks: time-outs start again.</summary>
internal sealed class TaskRecovery(ClusterState state, CoreSettings settings, RunningTasks running, UnreachableTasks unreachable)
{
    public void Recover(DateTimeOffset now)
    {
        foreach (var task in state.Tasks.Values.OrderBy(t => t.Id, StringComparer.Ordinal).ToList())
            Recover(task, now);
    }

    private void Recover(TaskRecord task, DateTimeOffset now)
    {
        switch (task.Phase)
        {
            case TaskPhase.Pending when task.NotBefore is { } at:
                state.Timers.Set(TimerKind.NotBefore, task.Id, at);
                break;
            case TaskPhase.Launching:
                state.Timers.Set(TimerKind.Launch, task.Id, now + settings.LaunchTimeout);
                state.Timers.Set(TimerKind.NotStarted, task.Id, now + settings.KillIfNotRunning);
                break;
            case TaskPhase.Starting:
                state.Timers.Set(TimerKind.NotStarted, task.Id, now + settings.KillIfNotRunning);
                break;
            case TaskPhase.Unreachable:
                unreachable.Wait(task, now);
                break;
            case TaskPhase.Running:
                running.Watch(task, now);
                break;
        }
    }
}
