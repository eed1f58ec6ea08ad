using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Tasks;

/// <summary>Kills tasks. A kill may be lost, so it is repeated until the end of the task is known, without grace from the second
/// on.</summary>
internal sealed class Kills(ClusterState state, CoreSettings settings, ReadinessChecks checks, TaskCloser closer, RunEndings runEndings)
{
    /// <summary>Kills a run, or an instance that was launched.</summary>
    /// <param name="seen">The task as the caller saw it: it may have ended since.</param>
    public void Kill(TaskRecord seen, KillCause cause, string reason, DateTimeOffset now) =>
        Invariant.Require(KillInstance(seen, cause, reason, now) is null);

    /// <returns>The task if it was a pending instance and has ended with that: the caller must settle its request.</returns>
    public TaskRecord? KillInstance(TaskRecord seen, KillCause cause, string reason, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(seen.Id, out var task))
            return null;
        if (task.Phase == TaskPhase.Pending)
            return EndPending(task with { KillCause = cause, KillReason = reason }, reason, now);
        // The first cause stands, except that an instance which is no longer wanted must not be replaced.
        if (task.KillCause is not null)
        {
            if (cause == KillCause.Retired && task.KillCause != KillCause.Retired)
                state.Save(task with { KillCause = cause, KillReason = reason });
            return null;
        }

        checks.Stop(task.Id);
        state.Save(task with
        {
            KillCause = cause, KillReason = reason, Phase = task.Phase == TaskPhase.Unreachable ? TaskPhase.Unreachable : TaskPhase.Killing,
        });
        state.Timers.Cancel(TimerKind.Launch, task.Id);
        // It is no longer waited for, however long its request would have done so.
        if (task.Phase == TaskPhase.Unreachable && !state.Timers.IsSet(TimerKind.Unreachable, task.Id))
            state.Timers.Set(TimerKind.Unreachable, task.Id, now + settings.UnreachableAfter);
        Send(task, state.Deploys[task.DeployId].Spec.KillGrace, now);
        return null;
    }

    public void KillAgain(string taskId, DateTimeOffset now)
    {
        if (state.Tasks.TryGetValue(taskId, out var task) && task.KillCause is not null)
            Send(task, TimeSpan.Zero, now);
    }

    public void Send(TaskRecord task, TimeSpan grace, DateTimeOffset now)
    {
        if (state.IsConnected)
            state.Send(new KillTask(task.Id, task.AgentId, grace));
        state.Timers.Set(TimerKind.Kill, task.Id, now + grace + settings.KillRetry);
    }

    /// <summary>Earlier kills may have been lost.</summary>
    public void SendAll(DateTimeOffset now)
    {
        foreach (var task in state.Tasks.Values.Where(t => t.KillCause is not null && t.Phase != TaskPhase.Pending)
            .OrderBy(t => t.Id, StringComparer.Ordinal).ToList())
            Send(task, state.Deploys[task.DeployId].Spec.KillGrace, now);
    }

    private TaskRecord? EndPending(TaskRecord task, string reason, DateTimeOffset now)
    {
        var deploy = state.Deploys[task.DeployId];
        var end = new TaskEnd(TaskPhase.Killed, Outcome.Cancelled, null, null, reason);
        closer.Close(task, end, now);
        if (deploy.Spec.Kind != RequestKind.RunOnce)
        {
            closer.Announce(task, end, final: true);
            return task;
        }

        runEndings.Ended(deploy, task, end, now);
        state.RemoveWhenEmpty(task.RequestId);
        return null;
    }
}
