using Pipeline.Kernel;

namespace Pipeline.Scheduler.Core;

// The roll-out: new instances start beside the old; when all of them are healthy the old are killed; when that is not to be, the new are.
internal sealed partial class ClusterMachine
{
    private void BecameHealthy(TaskRecord task, DateTimeOffset now)
    {
        StopWatching(task.Id);
        failuresInRow.Remove((task.DeployId, task.Instance));
        state.Save(task with { HealthyAt = now });
        state.Append(new TaskHealthy(settings.Cluster, task.RequestId, task.DeployId, task.Id), Self, SubjectOf(task));
        var deploy = state.Deploys[task.DeployId];
        if (deploy.Spec.Kind != RequestKind.RunOnce)
            SwitchWhenHealthy(deploy, now);
    }

    private void SwitchWhenHealthy(Deploy deploy, DateTimeOffset now)
    {
        if (deploy.State != DeployState.Deploying || state.TasksOf(deploy.Id).Count(t => t.IsHealthy) < deploy.Spec.Instances)
            return;
        timers.Cancel(TimerKind.Budget, deploy.Id);
        state.Save(deploy with { State = DeployState.Retiring });
        state.Save(state.Requests[deploy.RequestId] with { ActiveDeploy = deploy.Id, PendingDeploy = null });
        foreach (var old in state.DeploysOf(deploy.RequestId).Where(d => d.Id != deploy.Id))
        {
            if (old.IsLive)
                state.Save(old with { State = DeployState.Superseded, EndedAt = now, Reason = $"superseded by {deploy.Id}" });
            KillAll(old.Id, $"superseded by deploy {deploy.Id}", now);
        }

        SettleRetired(deploy.RequestId);
    }

    /// <summary>A deploy is announced healthy when nothing of the one before it is left.</summary>
    private void SettleRetired(string requestId)
    {
        var deploys = state.DeploysOf(requestId);
        if (deploys.FirstOrDefault(d => d.State == DeployState.Retiring) is not { } retiring
            || deploys.Any(d => !d.IsLive && state.TasksOf(d.Id).Count > 0))
            return;
        state.Save(retiring with { State = DeployState.Active });
        state.Append(new DeployHealthy(settings.Cluster, requestId, retiring.Id), Self, retiring.Spec.Subject);
    }

    private void FailDeploy(
        Deploy deploy, FailureClass failure, string reason, DateTimeOffset now, DeployState reached = DeployState.Failed,
            Actor? actor = null)
    {
        timers.Cancel(TimerKind.Budget, deploy.Id);
        state.Save(deploy with { State = reached, EndedAt = now, FailureClass = failure, Reason = reason });
        var request = state.Requests[deploy.RequestId];
        if (request.PendingDeploy == deploy.Id)
            state.Save(request with { PendingDeploy = null });
        state.Append(new DeployFailed(settings.Cluster, deploy.RequestId, deploy.Id, failure, reason), actor ?? Self, deploy.Spec.Subject);
        KillAll(deploy.Id, $"its deploy failed: {reason}", now);
    }

    private void BudgetPassed(string deployId, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(deployId, out var deploy) || deploy.State != DeployState.Deploying)
            return;
        var unhealthy = state.TasksOf(deployId).Where(t => !t.IsHealthy).ToList();
        var unplaced = unhealthy.FirstOrDefault(t => t.Phase == TaskPhase.Pending);
        var unready = unhealthy.FirstOrDefault(t => t.Phase == TaskPhase.Running);
        var limit = $"not healthy within {deploy.Spec.Budget!.Value.TotalSeconds:0} s";
        if (unready is not null)
            FailDeploy(deploy, FailureClass.Health, $"{limit}: {unready.Id} did not pass its readiness check", now);
        else if (deploy.Crashes > 0)
            FailDeploy(deploy, FailureClass.App, $"{limit}: {deploy.Crashes} instances failed", now);
        else
            FailDeploy(deploy, FailureClass.Infra, unplaced is null ? $"{limit}: its tasks did not start"
                : $"{limit}: {unplaced.Id} {unplaced.Why ?? "is not placed"}", now);
    }
}
