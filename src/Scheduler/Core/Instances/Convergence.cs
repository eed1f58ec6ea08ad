using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>
/// Brings the instances of a request to its desired state. One rule for every change: compare the filled instances of a deploy with its
/// target, start or retire the difference, kill what has been replaced, and advance a roll-out as far as possible. Nothing else starts or
/// retires instances of services, so the next balance corrects whatever happened before.
/// </summary>
/// <remarks>The steps trigger each other (a retired instance makes room, a new one may complete a group), so they are one part. The
/// decisions are in the planners.</remarks>
internal sealed class Convergence(
    ClusterState state, InstancePlanner planner, ReplacementPlanner replacements, BounceProgress bounces, RolloutSteps rollouts,
    InstanceActions instances)
{
    // Killing a pending task ends it at once, which may ask for another balance of the same request: that one runs afterwards.
    private readonly Dictionary<string, bool> balancing = new(StringComparer.Ordinal);

    public void Balance(string requestId, DateTimeOffset now)
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

    /// <summary>Starts a replacement now; the task is killed when that is healthy.</summary>
    public void Replace(TaskRecord task, LeaveCause cause, string reason, DateTimeOffset now)
    {
        instances.MarkLeaving(task, cause, reason, now);
        Balance(task.RequestId, now);
    }

    /// <summary>The task need not leave any more. Of it and its replacement the healthy one stays, otherwise the older.</summary>
    public void Keep(TaskRecord seen, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(seen.Id, out var task) || task is not { Leaving: not null, KillCause: null })
            return;
        state.Save(task with { Leaving = null });
        Balance(task.RequestId, now);
    }

    public void Start(Deploy deploy, int instance, DateTimeOffset? notBefore, DateTimeOffset now) =>
        instances.Start(deploy, instance, notBefore, now);

    /// <summary>Marks without balancing, for callers that mark several tasks.</summary>
    public void MarkLeaving(TaskRecord task, LeaveCause cause, string reason, DateTimeOffset now) =>
        instances.MarkLeaving(task, cause, reason, now);

    /// <summary>Kills an instance or run, and settles its request if the task ended with that.</summary>
    public void Kill(TaskRecord task, KillCause cause, string reason, DateTimeOffset now)
    {
        if (instances.Kill(task, cause, reason, now) is { } ended)
            Settle(ended, now);
    }

    /// <summary>An instance has ended: its replacements, and the progress of its deploy, are evaluated again.</summary>
    public void Settle(TaskRecord ended, DateTimeOffset now)
    {
        LetGoReplaced(ended.RequestId, now);
        rollouts.SettleRetired(ended.RequestId);
        Advance(ended.DeployId, now);
        state.RemoveWhenEmpty(ended.RequestId);
    }

    /// <summary>An instance became healthy: the instance that it replaces may go.</summary>
    public void SettleHealthy(TaskRecord healthy, DateTimeOffset now)
    {
        LetGoReplaced(healthy.RequestId, now, healthy);
        Advance(healthy.DeployId, now);
    }

    /// <summary>Advances a roll-out as far as possible: group healthy, accepted, next group; after the last one the old deploy is
    /// retired.</summary>
    public void Advance(string deployId, DateTimeOffset now)
    {
        while (rollouts.Find(deployId) is { } deploy)
        {
            var (target, isLast) = rollouts.GroupOf(deploy);
            if (state.TallyOf(deployId).Healthy < target)
            {
                rollouts.Reopen(deploy, now);
                return;
            }

            if (deploy.Progress.HealthyAt is null)
            {
                deploy = rollouts.GroupHealthy(deploy, target, isLast, now);
                Balance(deploy.RequestId, now);
            }

            if (!RolloutRules.IsAccepted(deploy, isLast, now))
            {
                rollouts.WaitForAcceptance(deploy);
                return;
            }

            if (isLast)
            {
                Switch(deploy, now);
                return;
            }

            rollouts.NextGroup(deploy, now);
            Balance(deploy.RequestId, now);
        }
    }

    /// <summary>The new deploy becomes active; the instances of all others are killed.</summary>
    private void Switch(Deploy deploy, DateTimeOffset now)
    {
        foreach (var old in rollouts.TakeOver(deploy, now))
        {
            rollouts.Supersede(old, deploy, now);
            foreach (var task in state.TasksOf(old.Id))
                Kill(task, KillCause.Retired, $"superseded by deploy {deploy.Id}", now);
        }

        rollouts.SettleRetired(deploy.RequestId);
        Balance(deploy.RequestId, now);
    }

    private void BalanceOnce(string requestId, DateTimeOffset now)
    {
        foreach (var id in state.DeploysOf(requestId).Select(d => d.Id).ToList())
        {
            // Evaluated again after every kill: it may have ended the deploy, or changed the target of another.
            while (planner.Find(requestId, id) is var (request, deploy))
            {
                if (!Retire(request, deploy, now))
                {
                    StartMissing(request, deploy, now);
                    break;
                }
            }
        }

        if (state.Requests.ContainsKey(requestId))
            LetGoReplaced(requestId, now);
    }

    /// <returns>Whether a surplus instance is being killed or is leaving now, so that everything must be evaluated again.</returns>
    private bool Retire(Request request, Deploy deploy, DateTimeOffset now)
    {
        if (planner.DuplicateOf(deploy) is var (goes, why))
        {
            // A healthy duplicate may serve for another instance that does not, until that one does.
            if (goes.IsHealthy)
                instances.MarkLeaving(goes, LeaveCause.Bounce, why, now);
            else
                Kill(goes, KillCause.Retired, why, now);
            return true;
        }

        if (planner.SurplusOf(request, deploy) is not { } surplus)
            return false;
        var tally = state.TallyOf(deploy.Id);
        foreach (var leaver in surplus.Leavers)
        {
            // The newer deploy is short of healthy instances: this one serves until it is not.
            if (surplus.IsMakingRoom && leaver.IsHealthy && tally.Serving <= planner.NeededOf(request, deploy))
                instances.MarkLeaving(leaver, LeaveCause.Bounce, surplus.Reason, now);
            else
                Kill(leaver, KillCause.Retired, surplus.Reason, now);
            // A pending task has ended with that, which may have changed the targets.
            if (leaver.Phase == TaskPhase.Pending && !planner.Holds(surplus, request, deploy))
                break;
        }

        return true;
    }

    private void StartMissing(Request request, Deploy deploy, DateTimeOffset now)
    {
        for (var next = planner.Missing(request, deploy, 1); next is { } instance; next = planner.Missing(request, deploy, instance + 1))
            instances.Start(deploy, instance, null, now);
    }

    /// <summary>Kills leaving instances whose replacement is healthy.</summary>
    private void LetGoReplaced(string requestId, DateTimeOffset now, TaskRecord? healthy = null)
    {
        var request = state.Requests[requestId];
        foreach (var deploy in state.DeploysOf(requestId))
        {
            foreach (var id in replacements.Replaced(request, deploy, healthy).ConvertAll(t => t.Id))
            {
                // Handling one may have settled the others.
                if (state.Tasks.TryGetValue(id, out var task) && task is { Leaving: not null, KillCause: null }
                    && instances.LetGo(task, now) is { } ended)
                    Settle(ended, now);
            }
        }

        if (bounces.Continue(requestId, now))
            Balance(requestId, now);
    }
}
