using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>The operations on a single instance.</summary>
internal sealed class InstanceActions(ClusterState state, Kills kills, TaskStarter starter, LeavingTasks leaving, TaskCloser closer)
{
    public void Start(Deploy deploy, int instance, DateTimeOffset? notBefore, DateTimeOffset now) =>
        starter.Start(deploy, instance, notBefore, now);

    public void MarkLeaving(TaskRecord task, LeaveCause cause, string reason, DateTimeOffset now) => leaving.Mark(task, cause, reason, now);

    /// <returns>The task if it has ended at once; the caller must settle its request.</returns>
    public TaskRecord? Kill(TaskRecord task, KillCause cause, string reason, DateTimeOffset now) => kills.KillInstance(task, cause,
        reason, now);

    /// <summary>Its replacement is healthy: it is killed if its agent is reachable, otherwise given up, and killed should it
    /// return.</summary>
    /// <returns>The task if it has ended at once; the caller must settle its request.</returns>
    public TaskRecord? LetGo(TaskRecord task, DateTimeOffset now)
    {
        if (task.Phase != TaskPhase.Unreachable)
            return kills.KillInstance(task, KillCause.Retired, task.Leaving!.Reason, now);
        var spec = state.Deploys[task.DeployId].Spec;
        if (!spec.Options.Unreachable.KillReturned)
            return null;
        var end = FailureRules.OutOfReach(task, spec, now);
        closer.Close(task, end, now);
        // It is given up because another attempt already runs in its place.
        var isReplaced = task.Leaving is { Cause: LeaveCause.Unreachable } && state.ReplacementsOf(task).Any();
        closer.Announce(task, end, final: !isReplaced);
        return task;
    }
}
