using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>
/// Brings the instances of a request to what should run. One rule for every change: compare what fills the places of a deploy with how
/// many there should be, start or retire the difference, let go who is replaced, and take a roll-out as far as it may go. Nothing else
/// starts or retires instances of services, so whatever happened before, the next balance sets it right.
/// </summary>
/// <remarks>The steps lead to one another (who goes makes room, who starts may complete a group), so they are one part; what they decide by
/// is in the planners.</remarks>
internal sealed class Convergence(
    ClusterState state, InstancePlanner planner, ReplacementPlanner replacements, BounceProgress bounces, RolloutSteps rollouts,
    InstanceActions instances)
{
    // A kill of what runs nowhere ends it at once, which settles deploys and asks for a balance: that one is done here, afterwards.
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

    /// <summary>The task goes when its replacement is healthy, which is started now.</summary>
    public void Replace(TaskRecord task, LeaveCause cause, string reason, DateTimeOffset now)
    {
        instances.MarkLeaving(task, cause, reason, now);
        Balance(task.RequestId, now);
    }

    /// <summary>The task need not leave any more. Of it and what was to replace it one stays: the healthy one, or else the older.</summary>
    public void Keep(TaskRecord seen, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(seen.Id, out var task) || task is not { Leaving: not null, KillCause: null })
            return;
        state.Save(task with { Leaving = null });
        Balance(task.RequestId, now);
    }

    public void Start(Deploy deploy, int instance, DateTimeOffset? notBefore, DateTimeOffset now) =>
        instances.Start(deploy, instance, notBefore, now);

    /// <summary>Marks without a balance, for who marks several.</summary>
    public void MarkLeaving(TaskRecord task, LeaveCause cause, string reason, DateTimeOffset now) =>
        instances.MarkLeaving(task, cause, reason, now);

    /// <summary>Nobody wants the task any more.</summary>
    public void Kill(TaskRecord task, KillCause cause, string reason, DateTimeOffset now)
    {
        if (instances.Kill(task, cause, reason, now) is { } ended)
            Settle(ended, now);
    }

    /// <summary>An instance has ended: who waited for its place, and how far its deploy is, is looked at afresh.</summary>
    public void Settle(TaskRecord ended, DateTimeOffset now)
    {
        LetGoReplaced(ended.RequestId, now);
        rollouts.SettleRetired(ended.RequestId);
        Advance(ended.DeployId, now);
        state.RemoveWhenEmpty(ended.RequestId);
    }

    /// <summary>An instance became healthy: who waited for that may go.</summary>
    public void SettleHealthy(TaskRecord healthy, DateTimeOffset now)
    {
        LetGoReplaced(healthy.RequestId, now, healthy);
        Advance(healthy.DeployId, now);
    }

    /// <summary>Takes a deploy as far as it may go: the group is healthy, accepted, then the next one, then the old leave.</summary>
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

    /// <summary>The new deploy is in force; everything of others leaves.</summary>
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
            // After every kill all is looked at afresh: it may have ended the deploy, or changed what others should have.
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

    /// <returns>Whether something was too much, and is killed or on its way out now: then all is looked at afresh.</returns>
    private bool Retire(Request request, Deploy deploy, DateTimeOffset now)
    {
        if (planner.TwinOf(deploy) is var (goes, why))
        {
            // One that works too may stand in for another that does not, until that one does.
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
            // It makes room, but for what is not there (any more): it serves until that is.
            if (surplus.IsMakingRoom && leaver.IsHealthy && tally.Serving <= planner.NeededOf(request, deploy))
                instances.MarkLeaving(leaver, LeaveCause.Bounce, surplus.Reason, now);
            else
                Kill(leaver, KillCause.Retired, surplus.Reason, now);
            // What ran nowhere has ended with that, and may have changed what others should have.
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

    /// <summary>Kills what was to leave and is replaced by now.</summary>
    private void LetGoReplaced(string requestId, DateTimeOffset now, TaskRecord? healthy = null)
    {
        var request = state.Requests[requestId];
        foreach (var deploy in state.DeploysOf(requestId))
        {
            foreach (var id in replacements.Replaced(request, deploy, healthy).ConvertAll(t => t.Id))
            {
                // Letting one go may have settled the others.
                if (state.Tasks.TryGetValue(id, out var task) && task is { Leaving: not null, KillCause: null }
                    && instances.LetGo(task, now) is { } ended)
                    Settle(ended, now);
            }
        }

        if (bounces.Continue(requestId, now))
            Balance(requestId, now);
    }
}
