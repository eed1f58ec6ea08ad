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
        if (!IsMakingRoom(request, deploy) || request.PendingDeploy is not { } next)
            return target;
        return Math.Max(target, WantedOf(request, deploy) - state.TallyOf(next).Healthy);
    }

    /// <summary>It has fewer instances than are wanted because a newer deploy has some.</summary>
    private bool IsMakingRoom(Request request, Deploy deploy) =>
        deploy.State != DeployState.Deploying && request is { State: RequestState.Active, PendingDeploy: not null, Overrides.Pause: not { Kill: true } }
        && TargetOf(request, deploy) < WantedOf(request, deploy);

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
                if (!Retire(request, deploy, now))
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

    /// <returns>Whether something was too much, and is killed or on its way out now: then all is looked at afresh.</returns>
    private bool Retire(Request request, Deploy deploy, DateTimeOffset now)
    {
        var tally = state.TallyOf(deploy.Id);
        if (tally.Filling > tally.Places)
        {
            RetireTwinOf(deploy, now);
            return true;
        }

        var target = TargetOf(request, deploy);
        if (tally.Places <= target)
            return false;
        var isMakingRoom = IsMakingRoom(request, deploy);
        var filling = state.TasksOf(deploy.Id).Where(t => t.FillsPlace);
        // Making room for a newer deploy the lowest leave first, but what does not serve before what does; scaled down, the highest.
        var leavers = isMakingRoom
            ? filling.OrderBy(t => t.IsHealthy).ThenBy(t => t.Instance).Take(tally.Places - target).ToList()
            : LeastMissed(deploy, filling, tally.Places - target);
        var reason = isMakingRoom ? $"made room for deploy {request.PendingDeploy}" : $"{target} instances are wanted";
        foreach (var leaver in leavers)
        {
            // It makes room, but for what is not there (any more): it serves until that is.
            if (isMakingRoom && leaver.IsHealthy && tally.Serving <= NeededOf(request, deploy))
                MarkLeaving(leaver, LeaveCause.Bounce, reason, now);
            else
                Kill(leaver, KillCause.Retired, reason, now);
            // What ran nowhere has ended with that, and may have changed what others should have.
            if (leaver.Phase == TaskPhase.Pending && (Balanced(request.Id, deploy.Id) != (request, deploy) || TargetOf(request, deploy) != target))
                break;
        }

        return true;
    }

    private void RetireTwinOf(Deploy deploy, DateTimeOffset now)
    {
        var places = new Dictionary<int, TaskRecord>();
        foreach (var task in state.TasksOf(deploy.Id).Where(t => t.FillsPlace))
        {
            if (places.TryAdd(task.Instance, task))
                continue;
            RetireTwin(places[task.Instance], task, now);
            return;
        }
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
        for (var instance = 1; state.TallyOf(deploy.Id).Places < target; instance++)
        {
            if (!state.TallyOf(deploy.Id).IsFilled(instance))
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
            state.Timers.Set(TimerKind.NotBefore, task.Id, at);
        state.Signals.WantsRevive = true;
        return task;
    }

    /// <summary>The task goes, but what replaces it must be healthy first. Balance the request afterwards.</summary>
    private void MarkLeaving(TaskRecord seen, LeaveCause cause, string reason, DateTimeOffset now)
    {
        // What was done before in this step may have ended it.
        if (!state.Tasks.TryGetValue(seen.Id, out var task) || task.KillCause is not null || task.Leaving is not null)
            return;
        if (task.Phase == TaskPhase.Pending)
            return; // It runs nowhere: there is nothing to replace.
        state.Save(task with { Leaving = new Leaving(cause, reason, now) });
    }
}
