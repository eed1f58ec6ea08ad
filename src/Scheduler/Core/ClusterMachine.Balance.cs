namespace Pipeline.Scheduler.Core;

// One rule for every change of what should run: compare what fills the places of a deploy with how many there should be, start or retire
// the difference. Nothing else starts or retires instances of services, so whatever happened before, the next balance sets it right.
internal sealed partial class ClusterMachine
{
    /// <summary>Instances that the request should have, by its deploy in force and what people did to it.</summary>
    private int WantedOf(Request request, Deploy deploy) =>
        request.Overrides.Scale?.Instances ?? (places.TryGetValue(deploy.Id, out var agents) ? agents : deploy.Spec.Instances);

    /// <summary>Instances of this deploy that should run now.</summary>
    private int TargetOf(Request request, Deploy deploy)
    {
        if (!deploy.IsLive || !deploy.KeepsRunning || request.State is RequestState.Removing or RequestState.Removed)
            return 0;
        var wanted = WantedOf(request, deploy);
        if (deploy.State == DeployState.Deploying)
            return RolloutRules.TargetOf(deploy, wanted);
        if (request.Overrides.Pause is { Kill: true })
            return 0;
        // As a newer deploy proves itself, group by group, this one makes room.
        return request.PendingDeploy is { } next && state.Deploys.TryGetValue(next, out var pending)
            ? Math.Max(0, wanted - pending.Progress.Proven)
            : wanted;
    }

    /// <summary>Healthy instances of this deploy that the request cannot do without. What a newer deploy proved may have ended since.</summary>
    private int NeededOf(Request request, Deploy deploy)
    {
        var target = TargetOf(request, deploy);
        if (target == 0 || deploy.State == DeployState.Deploying || request.PendingDeploy is not { } next)
            return target;
        var newer = state.TasksOf(next).Count(t => t is { IsHealthy: true, Leaving: null });
        return Math.Max(target, WantedOf(request, deploy) - newer);
    }

    // A kill of what runs nowhere ends it at once, which settles deploys and asks for a balance: that one is done here, afterwards.
    private readonly Dictionary<string, bool> balancing = new(StringComparer.Ordinal);

    private void Balance(string requestId, DateTimeOffset now)
    {
        if (balancing.ContainsKey(requestId))
        {
            balancing[requestId] = true;
            return;
        }

        do
        {
            balancing[requestId] = false;
            BalanceOnce(requestId, now);
        }
        while (balancing[requestId]);
        balancing.Remove(requestId);
    }

    private void BalanceOnce(string requestId, DateTimeOffset now)
    {
        foreach (var id in state.DeploysOf(requestId).Select(d => d.Id).ToList())
        {
            // After every kill all is looked at afresh: it may have ended the deploy, or changed what others should have.
            while (Balanced(requestId, id) is var (request, deploy))
            {
                if (!RetireOne(request, deploy, now))
                {
                    StartMissing(request, deploy, now);
                    break;
                }
            }
        }

        if (state.Requests.ContainsKey(requestId))
            RetireLeaving(requestId, now);
    }

    private (Request Request, Deploy Deploy)? Balanced(string requestId, string deployId) =>
        state.Requests.TryGetValue(requestId, out var request) && state.Deploys.TryGetValue(deployId, out var deploy)
        && deploy is { IsLive: true, KeepsRunning: true } && !IsLeftAlone(request, deploy)
            ? (request, deploy)
            : null;

    /// <returns>Whether something was too much, and is killed or on its way out now.</returns>
    private bool RetireOne(Request request, Deploy deploy, DateTimeOffset now)
    {
        var places = new SortedDictionary<int, TaskRecord>();
        foreach (var task in state.TasksOf(deploy.Id).Where(t => t.FillsPlace))
        {
            if (places.TryAdd(task.Instance, task))
                continue;
            RetireTwin(places[task.Instance], task, now);
            return true;
        }

        var target = TargetOf(request, deploy);
        if (places.Count <= target)
            return false;
        // Making room for a newer deploy the lowest leave first, but what does not serve before what does; scaled down, the highest.
        var isMakingRoom = deploy.State != DeployState.Deploying && target > 0 && target < WantedOf(request, deploy);
        var leaver = isMakingRoom ? places.MinBy(p => (p.Value.IsHealthy, p.Key)) : LeastMissed(deploy, places);
        Kill(leaver.Value, KillCause.Retired,
            isMakingRoom ? $"made room for deploy {request.PendingDeploy}" : $"{target} instances are wanted", now);
        return true;
    }

    /// <summary>Two for one place, after a bounce that was called off: the one that works stays, or else the older.</summary>
    private void RetireTwin(TaskRecord first, TaskRecord second, DateTimeOffset now)
    {
        var (stays, goes) = Better(first, second) ? (first, second) : (second, first);
        var reason = $"instance {stays.Instance} runs as {stays.Id}";
        // One that works too may stand in for another that does not, until that one does.
        if (goes.IsHealthy)
            MarkLeaving(goes, LeaveCause.Bounce, reason, now);
        else
            Kill(goes, KillCause.Retired, reason, now);
    }

    private void StartMissing(Request request, Deploy deploy, DateTimeOffset now)
    {
        if (deploy.FailureClass == Kernel.FailureClass.Security)
            return; // It did not verify: what runs may stay, nothing starts.
        var target = TargetOf(request, deploy);
        var places = state.TasksOf(deploy.Id).Where(t => t.FillsPlace).Select(t => t.Instance).ToHashSet();
        for (var instance = 1; places.Count < target; instance++)
        {
            if (places.Add(instance))
                AddTask(deploy, instance, null, now);
        }
    }

    /// <summary>Paused, but what runs may run on: nothing starts, nothing is taken away.</summary>
    private static bool IsLeftAlone(Request request, Deploy deploy) =>
        request.Overrides.Pause is { Kill: false } && deploy.State != DeployState.Deploying;

    private static bool Better(TaskRecord a, TaskRecord b) =>
        a.IsHealthy != b.IsHealthy ? a.IsHealthy : a.Attempt < b.Attempt;

    private TaskRecord AddTask(Deploy deploy, int instance, DateTimeOffset? notBefore, DateTimeOffset now)
    {
        var attempt = state.NextAttempt(deploy.Id, instance);
        var overrides = state.Requests[deploy.RequestId].Overrides;
        var task = new TaskRecord($"{deploy.Id}.{instance}.{attempt}", deploy.RequestId, deploy.Id, instance, attempt, deploy.Spec.Needs,
            now)
        {
            Subject = deploy.Spec.Subject,
            Owner = deploy.Spec.Options.Owner,
            NotBefore = notBefore,
            SkipHealth = overrides.SkipHealth is not null || overrides.Bounce is { SkipHealth: true }
                || (deploy.State == DeployState.Deploying && deploy.Spec.Options.SkipHealth),
        };
        state.Save(task);
        if (notBefore is { } at)
            timers.Set(TimerKind.NotBefore, task.Id, at);
        reviveWanted = true;
        return task;
    }

    /// <summary>The task goes, but what replaces it must be healthy first. Balance the request afterwards.</summary>
    private void MarkLeaving(TaskRecord task, LeaveCause cause, string reason, DateTimeOffset now)
    {
        if (task.KillCause is not null || task.Leaving is not null)
            return;
        if (task.Phase == TaskPhase.Pending)
            return; // It runs nowhere: there is nothing to replace.
        state.Save(task with { Leaving = new Leaving(cause, reason, now) });
    }

    /// <summary>Kills what was to leave and is replaced by now.</summary>
    private void RetireLeaving(string requestId, DateTimeOffset now)
    {
        var request = state.Requests[requestId];
        foreach (var deploy in state.DeploysOf(requestId))
        {
            if (!deploy.KeepsRunning)
                continue;
            var tasks = state.TasksOf(deploy.Id);
            var leaving = tasks.Where(t => t is { Leaving: not null, KillCause: null }).ToList();
            if (leaving.Count == 0)
                continue;
            var gone = deploy.IsLive
                ? Replaced(leaving, [.. tasks.Where(t => t.FillsPlace)], TargetOf(request, deploy), NeededOf(request, deploy))
                : NoLongerNeeded(request, leaving);
            // Nothing starts in their place: whoever waited for that would wait for ever.
            if (IsLeftAlone(request, deploy))
                gone = [.. gone.Union(leaving.Where(t => t is { Phase: TaskPhase.Unreachable, Leaving.Cause: LeaveCause.Unreachable }))];
            foreach (var id in gone.ConvertAll(t => t.Id))
            {
                // Letting one go may have settled the others.
                if (state.Tasks.TryGetValue(id, out var task) && task is { Leaving: not null, KillCause: null })
                    LetGo(task, now);
            }
        }

        ContinueBounce(requestId, now);
    }

    /// <param name="target">Places of the deploy.</param>
    /// <param name="needed">Of its instances that must serve on.</param>
    private static List<TaskRecord> Replaced(List<TaskRecord> leaving, List<TaskRecord> filling, int target, int needed)
    {
        var healthy = filling.Count(t => t.IsHealthy);
        var serving = healthy + leaving.Count(t => t.IsHealthy);
        var places = filling.ToLookup(t => t.Instance);
        var gone = new List<TaskRecord>();
        foreach (var task in leaving)
        {
            var isReplaced = task.Leaving!.Cause switch
            {
                LeaveCause.Bounce or LeaveCause.DeployFailed => healthy >= target,
                // A place that is not wanted any more has nobody to wait for.
                LeaveCause.IncrementalBounce or LeaveCause.Replace or LeaveCause.Drain or LeaveCause.Unreachable =>
                    places[task.Instance].Any(f => f.IsHealthy) || (healthy >= target && !places[task.Instance].Any()),
            };
            // It may be replaced and yet be needed: another place is empty at the moment.
            if (!isReplaced || (task.IsHealthy && serving <= needed))
                continue;
            gone.Add(task);
            if (task.IsHealthy)
                serving--;
        }

        return gone;
    }

    /// <summary>Instances of a deploy that was given up serve on while the one before it is not back at full strength; as each of its
    /// instances returns, one of these leaves.</summary>
    private List<TaskRecord> NoLongerNeeded(Request request, List<TaskRecord> leaving)
    {
        if (request.ActiveDeploy is not { } id || !state.Deploys.TryGetValue(id, out var active) || !active.IsLive)
            return leaving;
        var healthy = state.TasksOf(id).Count(t => t.IsHealthy && t.Leaving is null);
        var missing = Math.Max(0, TargetOf(request, active) - healthy);
        return [.. leaving.OrderByDescending(t => t.IsHealthy).ThenBy(t => t.Id, StringComparer.Ordinal).Skip(missing)];
    }
}
