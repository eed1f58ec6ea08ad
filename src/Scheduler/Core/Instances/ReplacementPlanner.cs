using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>Finds leaving instances that may be killed, because their replacement is healthy or is not needed.</summary>
internal sealed class ReplacementPlanner(ClusterState state, InstanceTargets targets, LeavingTasks leaving)
{
    /// <summary>
    /// Deploys with a replaced instance that had to stay because another instance was down: any change may release it. After a change of
    /// leader every deploy may be one.
    /// </summary>
    private readonly HashSet<string> heldBack =
        new(state.Deploys.Values.Where(d => d.KeepsRunning).Select(d => d.Id), StringComparer.Ordinal);

    /// <param name="healthy">The only change since the last call: this task became healthy. Null: anything may have changed.</param>
    public List<TaskRecord> Replaced(Request request, Deploy deploy, TaskRecord? healthy)
    {
        if (!deploy.KeepsRunning || state.TallyOf(deploy.Id).Leaving.Count == 0)
            return [];
        var gone = deploy.IsLive ? ReplacedOf(request, deploy, healthy) : NoLongerNeeded(request, deploy);
        // A paused request starts no replacements, so waiting for one would never end.
        return InstanceTargets.IsLeftAlone(request, deploy)
            ? [.. gone.Union(leaving.Of(deploy.Id).Where(leaving.IsGivenUp))]
            : gone;
    }

    private List<TaskRecord> ReplacedOf(Request request, Deploy deploy, TaskRecord? healthy)
    {
        var tally = state.TallyOf(deploy.Id);
        var (needed, serving) = (targets.NeededOf(request, deploy), tally.Serving);
        var isFull = tally.Healthy >= targets.TargetOf(request, deploy);
        var candidates = Candidates(deploy, healthy, isFull);
        heldBack.Remove(deploy.Id);
        var gone = new List<TaskRecord>();
        foreach (var task in candidates)
        {
            if (!IsReplaced(task, tally, isFull))
                continue;
            // It may be replaced and still be needed, because another instance is down.
            if (task.IsHealthy && serving <= needed)
            {
                heldBack.Add(deploy.Id);
                continue;
            }

            gone.Add(task);
            if (task.IsHealthy)
                serving--;
        }

        return gone;
    }

    // While the deploy is below its target, a task that became healthy only replaces tasks of its own instance.
    private IEnumerable<TaskRecord> Candidates(Deploy deploy, TaskRecord? healthy, bool isFull) =>
        healthy is null || isFull || heldBack.Contains(deploy.Id) ? leaving.Of(deploy.Id)
        : deploy.Id == healthy.DeployId
            ? state.TasksOf(deploy.Id, healthy.Instance).Where(t => t is { Leaving: not null, KillCause: null })
        : [];

    private bool IsReplaced(TaskRecord task, DeployTally tally, bool isFull) => task.Leaving!.Cause switch
    {
        LeaveCause.Bounce or LeaveCause.DeployFailed => isFull,
        // An instance above the target gets no replacement to wait for.
        LeaveCause.IncrementalBounce or LeaveCause.Replace or LeaveCause.Drain or LeaveCause.Unreachable =>
            ReplacementIsHealthy(task) ?? (isFull && !tally.IsFilled(task.Instance)),
    };

    /// <returns>Null when it has no replacement.</returns>
    private bool? ReplacementIsHealthy(TaskRecord task)
    {
        var filling = state.TasksOf(task.DeployId, task.Instance).Where(t => t.FillsPlace).ToList();
        return filling.Count == 0 ? null : filling.Exists(t => t.IsHealthy);
    }

    /// <summary>Instances of a failed deploy keep serving until the active deploy is back at its target; each instance that returns
    /// releases one of them.</summary>
    private List<TaskRecord> NoLongerNeeded(Request request, Deploy deploy)
    {
        var tally = state.TallyOf(deploy.Id);
        if (request.ActiveDeploy is not { } id || !state.Deploys.TryGetValue(id, out var active) || !active.IsLive)
            return [.. leaving.Of(deploy.Id)];
        var missing = Math.Max(0, targets.TargetOf(request, active) - state.TallyOf(id).Healthy);
        if (tally.Leaving.Count <= missing)
            return [];
        // Unhealthy ones go first, then the last by id.
        return tally.AllLeavingServe
            ? [.. tally.Leaving.Reverse().Take(tally.Leaving.Count - missing).Select(l => state.Tasks[l]).Reverse()]
            : [.. leaving.Of(deploy.Id).OrderByDescending(t => t.IsHealthy).ThenBy(t => t.Id, StringComparer.Ordinal).Skip(missing)];
    }
}
