using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>What may be done to one instance.</summary>
internal sealed class InstanceActions(ClusterState state, Kills kills, TaskStarter starter, LeavingTasks leaving, TaskCloser closer)
{
    public void Start(Deploy deploy, int instance, DateTimeOffset? notBefore, DateTimeOffset now) =>
        starter.Start(deploy, instance, notBefore, now);

    public void MarkLeaving(TaskRecord task, LeaveCause cause, string reason, DateTimeOffset now) => leaving.Mark(task, cause, reason, now);

    /// <returns>The task when it has ended with that.</returns>
    public TaskRecord? Kill(TaskRecord task, KillCause cause, string reason, DateTimeOffset now) => kills.KillInstance(task, cause, reason, now);

    /// <summary>It is replaced: what can be told to end is, what cannot is forgotten, and killed should it return.</summary>
    /// <returns>The task when it has ended with that.</returns>
    public TaskRecord? LetGo(TaskRecord task, DateTimeOffset now)
    {
        if (task.Phase != TaskPhase.Unreachable)
            return kills.KillInstance(task, KillCause.Retired, task.Leaving!.Reason, now);
        var spec = state.Deploys[task.DeployId].Spec;
        if (!spec.Options.Unreachable.KillReturned)
            return null;
        var end = FailureRules.OutOfReach(task, spec, now);
        closer.Close(task, end, now);
        // Given up only now that another attempt runs in its place.
        var isReplaced = task.Leaving is { Cause: LeaveCause.Unreachable } && state.StandInsOf(task).Any();
        closer.Announce(task, end, final: !isReplaced);
        return task;
    }
}
