namespace Pipeline.Scheduler.Core;

// Who leaves goes when somebody serves in his stead.
internal sealed partial class ClusterMachine
{
    /// <summary>Deploys of which something is replaced and yet had to stay, because another place was empty: any change may let it go.</summary>
    private readonly HashSet<string> heldBack = new(StringComparer.Ordinal);

    /// <summary>Kills what was to leave and is replaced by now.</summary>
    /// <param name="healthy">All that happened since it was looked at: this task became healthy. Null: anything may have.</param>
    private void RetireLeaving(string requestId, DateTimeOffset now, TaskRecord? healthy = null)
    {
        var request = state.Requests[requestId];
        foreach (var deploy in state.DeploysOf(requestId))
        {
            if (!deploy.KeepsRunning || state.TallyOf(deploy.Id).Leaving.Count == 0)
                continue;
            var gone = deploy.IsLive ? Replaced(request, deploy, healthy) : NoLongerNeeded(request, deploy);
            // Nothing starts in their place: whoever waited for that would wait for ever.
            if (IsLeftAlone(request, deploy))
                gone = [.. gone.Union(LeavingOf(deploy.Id).Where(IsGivenUp))];
            foreach (var id in gone.ConvertAll(t => t.Id))
            {
                // Letting one go may have settled the others.
                if (state.Tasks.TryGetValue(id, out var task) && task is { Leaving: not null, KillCause: null })
                    LetGo(task, now);
            }
        }

        ContinueBounce(requestId, now);
    }

    private IEnumerable<TaskRecord> LeavingOf(string deployId) => state.TallyOf(deployId).Leaving.Select(id => state.Tasks[id]);

    /// <summary>Out of sight, and nobody waits for it any more, whatever it was to leave for.</summary>
    private bool IsGivenUp(TaskRecord task) => task.Phase == TaskPhase.Unreachable
        && (task.Leaving?.Cause == LeaveCause.Unreachable || (PatienceFor(task) is not null && !state.Timers.IsSet(TimerKind.Unreachable, task.Id)));

    private List<TaskRecord> Replaced(Request request, Deploy deploy, TaskRecord? healthy)
    {
        var tally = state.TallyOf(deploy.Id);
        var (target, needed, serving) = (TargetOf(request, deploy), NeededOf(request, deploy), tally.Serving);
        var isFull = tally.Healthy >= target;
        // While the deploy is not at full strength, one that became healthy replaces those of its own place only.
        var leaving = healthy is null || isFull || heldBack.Contains(deploy.Id)
            ? LeavingOf(deploy.Id)
            : deploy.Id == healthy.DeployId ? state.TasksOf(deploy.Id, healthy.Instance).Where(t => t is { Leaving: not null, KillCause: null }) : [];
        heldBack.Remove(deploy.Id);
        var gone = new List<TaskRecord>();
        foreach (var task in leaving)
        {
            var isReplaced = task.Leaving!.Cause switch
            {
                LeaveCause.Bounce or LeaveCause.DeployFailed => isFull,
                // A place that is not wanted any more has nobody to wait for.
                LeaveCause.IncrementalBounce or LeaveCause.Replace or LeaveCause.Drain or LeaveCause.Unreachable =>
                    StandsIn(task) ?? (isFull && !tally.IsFilled(task.Instance)),
            };
            if (!isReplaced)
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
            return [.. LeavingOf(deploy.Id)];
        var missing = Math.Max(0, TargetOf(request, active) - state.TallyOf(id).Healthy);
        if (tally.Leaving.Count <= missing)
            return [];
        // The last by id go first, those that do not serve before them all.
        return tally.AllLeavingServe
            ? [.. tally.Leaving.Reverse().Take(tally.Leaving.Count - missing).Select(l => state.Tasks[l]).Reverse()]
            : [.. LeavingOf(deploy.Id).OrderByDescending(t => t.IsHealthy).ThenBy(t => t.Id, StringComparer.Ordinal).Skip(missing)];
    }
}
