using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// The roll-out: new instances start beside the old, all at once or group by group. As they prove themselves the old leave; when that is not
// to be, the new leave and the old come back.
internal sealed partial class ClusterMachine
{
    private void BecameHealthy(TaskRecord task, DateTimeOffset now)
    {
        StopWatching(task.Id);
        failuresInRow.Remove((task.DeployId, task.Instance));
        state.Save(task with { HealthyAt = now });
        state.Append(new TaskHealthy(settings.Cluster, task.RequestId, task.DeployId, task.Id), Self, SubjectOf(task));
        if (!state.Deploys[task.DeployId].KeepsRunning)
            return;
        RetireLeaving(task.RequestId, now, healthy: task);
        Proceed(task.DeployId, now);
    }

    /// <summary>Takes a deploy as far as it may go: the group is healthy, accepted, then the next one, then the old leave.</summary>
    private void Proceed(string deployId, DateTimeOffset now)
    {
        while (state.Deploys.TryGetValue(deployId, out var deploy) && deploy.State == DeployState.Deploying && deploy.KeepsRunning)
        {
            var request = state.Requests[deploy.RequestId];
            var wanted = WantedOf(request, deploy);
            var target = RolloutRules.TargetOf(deploy, wanted);
            var last = RolloutRules.IsLastGroup(deploy, wanted);
            if (state.TallyOf(deployId).Healthy < target)
            {
                // An instance was lost while the group waited to be accepted: it has its budget again.
                if (deploy.Progress.HealthyAt is not null)
                {
                    deploy = deploy with { Progress = deploy.Progress with { HealthyAt = null, StepSince = now } };
                    state.Save(deploy);
                    SetBudget(deploy, now);
                }

                return;
            }

            if (deploy.Progress.HealthyAt is null)
            {
                timers.Cancel(TimerKind.Budget, deployId);
                var proven = last ? deploy.Progress.Proven : target;
                deploy = deploy with { Progress = deploy.Progress with { HealthyAt = now, Proven = proven } };
                state.Save(deploy);
                Balance(request.Id, now);
            }

            if (!RolloutRules.IsAccepted(deploy, last, now))
            {
                WaitForAcceptance(deploy);
                return;
            }

            if (last)
            {
                Switch(deploy, now);
                return;
            }

            NextGroup(deploy, now);
        }
    }

    private void WaitForAcceptance(Deploy deploy)
    {
        if (deploy.Spec.Options.Rollout.Acceptance == Acceptance.Timed)
            timers.Set(TimerKind.Advance, deploy.Id, deploy.Progress.HealthyAt!.Value + deploy.Spec.Options.Rollout.Pause);
    }

    private void NextGroup(Deploy deploy, DateTimeOffset now)
    {
        var next = deploy with
        {
            Progress = deploy.Progress with { Step = deploy.Progress.Step + 1, StepSince = now, HealthyAt = null, Failures = 0, Accepted = false },
        };
        state.Save(next);
        SetBudget(next, now);
        Balance(deploy.RequestId, now);
    }

    private CommandOutcome AdvanceDeploy(DeployAdvanced asked, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(asked.DeployId, out var deploy) || !deploy.KeepsRunning)
            return CommandOutcome.Unknown($"'{asked.DeployId}' is not a deploy that is under way.");
        if (deploy.State != DeployState.Deploying)
            return CommandOutcome.Conflict("deploy-not-pending", $"Deploy {deploy.Id} is {Word(deploy.State)}: there is no group to judge.");
        var acceptance = deploy.Spec.Options.Rollout.Acceptance;
        if (!asked.Accepted)
        {
            GiveUp(deploy, new Verdict(DeployFailure.CheckRejected, FailureClass.Health, $"group {deploy.Progress.Step + 1} rejected by {asked.Actor}"
                + Because(asked.Reason)), now, asked.Actor);
            return CommandOutcome.Accepted;
        }

        if (acceptance is not (Acceptance.Manual or Acceptance.Checked))
            return CommandOutcome.Conflict("deploy-advances-itself", $"Deploy {deploy.Id} goes on by itself ({Word(acceptance)}).");
        if (deploy.Progress.HealthyAt is null)
            return CommandOutcome.Conflict("group-not-healthy", $"Group {deploy.Progress.Step + 1} of deploy {deploy.Id} is not healthy yet.");
        state.Save(deploy with { Progress = deploy.Progress with { Accepted = true } });
        Changed(deploy.RequestId, "deploy-advanced", $"group {deploy.Progress.Step + 1} of {deploy.Id} accepted",
            new Change(asked.Actor, asked.Reason, now, null));
        Proceed(deploy.Id, now);
        return CommandOutcome.Accepted;
    }

    /// <summary>The new deploy is in force; everything of others leaves.</summary>
    private void Switch(Deploy deploy, DateTimeOffset now)
    {
        timers.Cancel(TimerKind.Advance, deploy.Id);
        state.Save(deploy with { State = DeployState.Retiring });
        var request = state.Requests[deploy.RequestId];
        if (request.Overrides.Pause is not null)
            Changed(request.Id, "unpaused", $"deploy {deploy.Id} won", new Change(deploy.Spec.Actor, null, now, null));
        // What was bounced leaves anyway.
        state.Save(request with
        {
            ActiveDeploy = deploy.Id, PendingDeploy = null, Failures = [],
            Overrides = request.Overrides with { Pause = null, Bounce = null, Cooldown = null },
        });
        timers.Cancel(TimerKind.Cooldown, request.Id);
        foreach (var old in state.DeploysOf(deploy.RequestId).Where(d => d.Id != deploy.Id && d.KeepsRunning))
        {
            if (old.IsLive)
                state.Save(old with { State = DeployState.Superseded, EndedAt = now, Reason = $"superseded by {deploy.Id}" });
            KillAll(old.Id, $"superseded by deploy {deploy.Id}", now);
        }

        SettleRetired(deploy.RequestId);
        Balance(deploy.RequestId, now);
    }

    /// <summary>A deploy is announced healthy when nothing of those before it is left. One that came after it, and failed, is no concern of
    /// its.</summary>
    private void SettleRetired(string requestId)
    {
        var deploys = state.DeploysOf(requestId);
        if (deploys.FirstOrDefault(d => d.State == DeployState.Retiring) is not { } retiring
            || deploys.Any(d => !d.IsLive && d.KeepsRunning && d.CreatedAt <= retiring.CreatedAt && state.HasTasks(d.Id)))
            return;
        state.Save(retiring with { State = DeployState.Active });
        state.Append(new DeployHealthy(settings.Cluster, requestId, retiring.Id), Self, retiring.Spec.Subject);
    }

    /// <summary>The deploy comes to nothing. Without groups its instances are killed at once: the old serve in full. With groups the
    /// healthy ones serve on until the old are back.</summary>
    private void GiveUp(Deploy deploy, Verdict why, DateTimeOffset now, Actor? actor = null)
    {
        var isCalledOff = why.Failure is DeployFailure.Cancelled or DeployFailure.Superseded or DeployFailure.RequestRemoved;
        timers.Cancel(TimerKind.Budget, deploy.Id);
        timers.Cancel(TimerKind.Advance, deploy.Id);
        state.Save(deploy with
        {
            State = isCalledOff ? DeployState.Cancelled : DeployState.Failed, EndedAt = now, FailureClass = why.Class, Reason = why.Reason,
            Failure = why.Failure,
        });
        var request = state.Requests[deploy.RequestId];
        if (request.PendingDeploy == deploy.Id)
            state.Save(request with { PendingDeploy = null });
        state.Append(
            new DeployFailed(settings.Cluster, deploy.RequestId, deploy.Id, why.Class, why.Reason, Word(why.Failure)), actor ?? Self,
            deploy.Spec.Subject);
        var serves = deploy.Progress.Proven > 0 && why.Class != FailureClass.Security && why.Failure != DeployFailure.RequestRemoved;
        var reason = $"its deploy failed: {why.Reason}";
        foreach (var id in state.TasksOf(deploy.Id).Select(t => t.Id))
        {
            if (!state.Tasks.TryGetValue(id, out var task))
                continue;
            if (serves && task.IsHealthy)
                state.Save(task with { Leaving = new Leaving(LeaveCause.DeployFailed, reason, now) });
            else
                Kill(task, KillCause.Retired, reason, now);
        }

        Balance(deploy.RequestId, now);
    }

    private void SetBudget(Deploy deploy, DateTimeOffset now)
    {
        if (RolloutRules.BudgetOf(deploy) is { } budget)
            timers.Set(TimerKind.Budget, deploy.Id, now + budget);
    }

    private void BudgetPassed(string deployId, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(deployId, out var deploy) || deploy is not { State: DeployState.Deploying, KeepsRunning: true })
            return;
        GiveUp(deploy, WhyOverdue(deploy), now);
    }

    /// <summary>The most telling of what kept its instances from being healthy.</summary>
    private Verdict WhyOverdue(Deploy deploy)
    {
        var unhealthy = state.TasksOf(deploy.Id).Where(t => !t.IsHealthy).ToList();
        var unready = unhealthy.FirstOrDefault(t => t.Phase == TaskPhase.Running);
        var unplaced = unhealthy.FirstOrDefault(t => t.Phase == TaskPhase.Pending);
        var limit = $"not healthy within {RolloutRules.BudgetOf(deploy)!.Value.TotalSeconds:0} s";
        if (unready is not null)
            return new Verdict(DeployFailure.FailedHealthChecks, FailureClass.Health, $"{limit}: {unready.Id} did not pass its readiness check");
        if (deploy.Crashes > 0)
            return new Verdict(DeployFailure.TaskFailedOnStartup, FailureClass.App, $"{limit}: {deploy.Crashes} instances failed");
        if (unplaced is not null)
            return new Verdict(DeployFailure.CouldNotBeScheduled, FailureClass.Infra, $"{limit}: {unplaced.Id} {unplaced.Why ?? "is not placed"}");
        return unhealthy.Count > 0
            ? new Verdict(DeployFailure.NeverEnteredRunning, FailureClass.Infra, $"{limit}: its tasks did not start")
            : new Verdict(DeployFailure.Overdue, FailureClass.Infra, limit);
    }
}
