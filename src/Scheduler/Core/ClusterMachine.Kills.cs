using Pipeline.Kernel;
using Pipeline.Mesos;

namespace Pipeline.Scheduler.Core;

// A kill may be lost on its way, so it is repeated until the end of the task is known; after the grace without mercy.
internal sealed partial class ClusterMachine
{
    private void KillAll(string deployId, string reason, DateTimeOffset now)
    {
        foreach (var task in state.TasksOf(deployId))
            Kill(task, KillCause.Retired, reason, now);
    }

    /// <param name="seen">As it was when the step began to look: what was done since may have ended it.</param>
    private void Kill(TaskRecord seen, KillCause cause, string reason, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(seen.Id, out var task))
            return;
        if (task.Phase == TaskPhase.Pending)
        {
            End(task with { KillCause = cause, KillReason = reason }, new TaskEnd(TaskPhase.Killed, Outcome.Cancelled, null, null, reason),
                now);
            return;
        }

        // The first cause stands, but for one: an instance that is not wanted any more must not be replaced.
        if (task.KillCause is not null)
        {
            if (cause == KillCause.Retired && task.KillCause != KillCause.Retired)
                state.Save(task with { KillCause = cause, KillReason = reason });
            return;
        }

        StopWatching(task.Id);
        state.Save(task with
        {
            KillCause = cause, KillReason = reason, Phase = task.Phase == TaskPhase.Unreachable ? TaskPhase.Unreachable : TaskPhase.Killing,
        });
        state.Timers.Cancel(TimerKind.Launch, task.Id);
        // Nobody waits for it any more, however long its request would have.
        if (task.Phase == TaskPhase.Unreachable && !state.Timers.IsSet(TimerKind.Unreachable, task.Id))
            state.Timers.Set(TimerKind.Unreachable, task.Id, now + settings.UnreachableAfter);
        SendKill(task, state.Deploys[task.DeployId].Spec.KillGrace, now);
    }

    private void KillAgain(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task))
        {
            if (task.KillCause is not null)
                SendKill(task, TimeSpan.Zero, now);
        }
        else if (surplus.TryGetValue(taskId, out var agentId))
        {
            if (state.IsConnected)
                state.Send(new KillTask(taskId, agentId, null));
            state.Timers.Set(TimerKind.Kill, taskId, now + settings.KillRetry * 2);
        }
    }

    private void SendKill(TaskRecord task, TimeSpan grace, DateTimeOffset now)
    {
        if (state.IsConnected)
            state.Send(new KillTask(task.Id, task.AgentId, grace));
        state.Timers.Set(TimerKind.Kill, task.Id, now + grace + settings.KillRetry);
    }

    private void OvertimePassed(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task))
            Kill(task, KillCause.Overtime, $"ran longer than {state.Deploys[task.DeployId].Spec.MaxRunTime!.Value.TotalSeconds:0} s", now);
    }
}
