using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>Who was to leave and may go now, because another serves in the same place or nobody has to.</summary>
internal sealed class ReplacementPlanner(ClusterState state, InstanceTargets targets, LeavingTasks leaving)
{
    /// <summary>
    /// Deploys of which something is replaced and yet had to stay, because another place was empty: any change may let it go. What is not
    /// known of the time before this leader counts as such.
    /// </summary>
    private readonly HashSet<string> heldBack =
        new(state.Deploys.Values.Where(d => d.KeepsRunning).Select(d => d.Id), StringComparer.Ordinal);

    /// <param name="healthy">All that happened since the last look: this task became healthy. Null: anything may have.</param>
    public List<TaskRecord> Replaced(Request request, Deploy deploy, TaskRecord? healthy)
    {
        if (!deploy.KeepsRunning || state.TallyOf(deploy.Id).Leaving.Count == 0)
            return [];
        var gone = deploy.IsLive ? ReplacedOf(request, deploy, healthy) : NoLongerNeeded(request, deploy);
        // Nothing starts in their place: whoever waited for that would wait for ever.
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
            // It may be replaced and yet be needed: another place is empty at the moment.
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

    // While the deploy is not at full strength, one that became healthy replaces those of its own place only.
    private IEnumerable<TaskRecord> Candidates(Deploy deploy, TaskRecord? healthy, bool isFull) =>
        healthy is null || isFull || heldBack.Contains(deploy.Id) ? leaving.Of(deploy.Id)
        : deploy.Id == healthy.DeployId
            ? state.TasksOf(deploy.Id, healthy.Instance).Where(t => t is { Leaving: not null, KillCause: null })
        : [];

    private bool IsReplaced(TaskRecord task, DeployTally tally, bool isFull) => task.Leaving!.Cause switch
    {
        LeaveCause.Bounce or LeaveCause.DeployFailed => isFull,
        // A place that is not wanted any more has nobody to wait for.
        LeaveCause.IncrementalBounce or LeaveCause.Replace or LeaveCause.Drain or LeaveCause.Unreachable =>
            StandsIn(task) ?? (isFull && !tally.IsFilled(task.Instance)),
    };

    /// <returns>Null when nobody is in its place.</returns>
    private bool? StandsIn(TaskRecord task)
    {
        var filling = state.TasksOf(task.DeployId, task.Instance).Where(t => t.FillsPlace).ToList();
        return filling.Count == 0 ? null : filling.Exists(t => t.IsHealthy);
    }

    /// <summary>Instances of a deploy that was given up serve on while the one before it is not back at full strength; as each of its
    /// instances returns, one of these leaves.</summary>
    private List<TaskRecord> NoLongerNeeded(Request request, Deploy deploy)
    {
        var tally = state.TallyOf(deploy.Id);
        if (request.ActiveDeploy is not { } id || !state.Deploys.TryGetValue(id, out var active) || !active.IsLive)
            return [.. leaving.Of(deploy.Id)];
        var missing = Math.Max(0, targets.TargetOf(request, active) - state.TallyOf(id).Healthy);
        if (tally.Leaving.Count <= missing)
            return [];
        // The last by id go first, those that do not serve before them all.
        return tally.AllLeavingServe
            ? [.. tally.Leaving.Reverse().Take(tally.Leaving.Count - missing).Select(l => state.Tasks[l]).Reverse()]
            : [.. leaving.Of(deploy.Id).OrderByDescending(t => t.IsHealthy).ThenBy(t => t.Id, StringComparer.Ordinal).Skip(missing)];
    }
}
