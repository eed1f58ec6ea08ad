using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>
/// The rows of a roll-out: new instances start beside the old, all at once or group by group. <see cref="Convergence"/> starts and retires
/// the instances.
/// </summary>
internal sealed class RolloutSteps(ClusterState state, ClusterJournal journal, InstanceTargets targets)
{
    /// <returns>Null when it is not rolling out.</returns>
    public Deploy? Find(string deployId) =>
        state.Deploys.TryGetValue(deployId, out var deploy) && deploy is { State: DeployState.Deploying, KeepsRunning: true } ? deploy
            : null;

    /// <summary>The target up to and including the current group, and whether that group is the last.</summary>
    public (int Target, bool IsLast) GroupOf(Deploy deploy)
    {
        var wanted = targets.WantedOf(state.Requests[deploy.RequestId], deploy);
        return (RolloutRules.TargetOf(deploy, wanted), RolloutRules.IsLastGroup(deploy, wanted));
    }

    public void Recover(Deploy deploy)
    {
        if (Find(deploy.Id) is null)
            return;
        if (deploy.Progress.HealthyAt is not null)
            WaitForAcceptance(deploy);
        else if (RolloutRules.BudgetOf(deploy) is { } budget)
            state.Timers.Set(TimerKind.Budget, deploy.Id, RolloutRules.StepSince(deploy) + budget);
    }

    public void Begin(Deploy deploy, DateTimeOffset now)
    {
        state.Save(deploy with { Progress = RolloutProgress.None with { StepSince = now } });
        SetBudget(deploy, now);
    }

    /// <summary>An instance was lost while the group waited for acceptance: the group gets a new budget.</summary>
    public void Reopen(Deploy deploy, DateTimeOffset now)
    {
        if (deploy.Progress.HealthyAt is null)
            return;
        state.Save(deploy with { Progress = deploy.Progress with { HealthyAt = null, StepSince = now } });
        SetBudget(deploy, now);
    }

    public Deploy GroupHealthy(Deploy deploy, int target, bool isLast, DateTimeOffset now)
    {
        state.Timers.Cancel(TimerKind.Budget, deploy.Id);
        var proven = isLast ? deploy.Progress.Proven : target;
        var healthy = deploy with { Progress = deploy.Progress with { HealthyAt = now, Proven = proven } };
        state.Save(healthy);
        return healthy;
    }

    public void WaitForAcceptance(Deploy deploy)
    {
        if (deploy.Spec.Options.Rollout.Acceptance == Acceptance.Timed)
            state.Timers.Set(TimerKind.Advance, deploy.Id, deploy.Progress.HealthyAt!.Value + deploy.Spec.Options.Rollout.Pause);
    }

    public void NextGroup(Deploy deploy, DateTimeOffset now)
    {
        var next = deploy with
        {
            Progress = deploy.Progress with { Step = deploy.Progress.Step + 1, StepSince = now, HealthyAt = null, Failures = 0,
                Accepted = false },
        };
        state.Save(next);
        SetBudget(next, now);
    }

    /// <summary>Makes the deploy the active one.</summary>
    /// <returns>The deploys whose instances leave.</returns>
    public IReadOnlyList<Deploy> TakeOver(Deploy deploy, DateTimeOffset now)
    {
        state.Timers.Cancel(TimerKind.Advance, deploy.Id);
        state.Save(deploy with { State = DeployState.Retiring });
        var request = state.Requests[deploy.RequestId];
        if (request.Overrides.Pause is not null)
            journal.Request(request.Id, "unpaused", $"deploy {deploy.Id} won", new Change(deploy.Spec.Actor, null, now, null));
        // Instances that were being bounced leave anyway.
        state.Save(request with
        {
            ActiveDeploy = deploy.Id, PendingDeploy = null, Failures = [],
            Overrides = request.Overrides with { Pause = null, Bounce = null, Cooldown = null },
        });
        state.Timers.Cancel(TimerKind.Cooldown, request.Id);
        return [.. state.DeploysOf(deploy.RequestId).Where(d => d.Id != deploy.Id && d.KeepsRunning)];
    }

    public void Supersede(Deploy old, Deploy by, DateTimeOffset now)
    {
        if (old.IsLive)
            state.Save(old with { State = DeployState.Superseded, EndedAt = now, Reason = $"superseded by {by.Id}" });
    }

    /// <summary>A deploy is announced healthy when no task of an earlier deploy is left. Later deploys that failed do not
    /// matter.</summary>
    public void SettleRetired(string requestId)
    {
        var deploys = state.DeploysOf(requestId);
        if (deploys.FirstOrDefault(d => d.State == DeployState.Retiring) is not { } retiring
            || deploys.Any(d => !d.IsLive && d.KeepsRunning && d.CreatedAt <= retiring.CreatedAt && state.HasTasks(d.Id)))
            return;
        state.Save(retiring with { State = DeployState.Active });
        journal.Append(new DeployHealthy(state.Cluster, requestId, retiring.Id), retiring.Spec.Subject);
    }

    private void SetBudget(Deploy deploy, DateTimeOffset now)
    {
        if (RolloutRules.BudgetOf(deploy) is { } budget)
            state.Timers.Set(TimerKind.Budget, deploy.Id, now + budget);
    }
}
