using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>Fails or cancels a roll-out: the new instances leave, and the old ones come back.</summary>
internal sealed class RolloutFailures(ClusterState state, Convergence convergence)
{
    /// <summary>Without groups its instances are killed at once: the old ones all still serve. With groups the healthy ones keep serving
    /// until the old ones are back.</summary>
    /// <param name="actor">Who failed it; null: the scheduler.</param>
    public void Fail(Deploy deploy, Verdict why, DateTimeOffset now, Actor? actor = null)
    {
        state.Timers.Cancel(TimerKind.Budget, deploy.Id);
        state.Timers.Cancel(TimerKind.Advance, deploy.Id);
        var isCalledOff = why.Failure is DeployFailure.Cancelled or DeployFailure.Superseded or DeployFailure.RequestRemoved;
        state.Save(deploy with
        {
            State = isCalledOff ? DeployState.Cancelled : DeployState.Failed, EndedAt = now, FailureClass = why.Class, Reason = why.Reason,
            Failure = why.Failure,
        });
        var request = state.Requests[deploy.RequestId];
        if (request.PendingDeploy == deploy.Id)
            state.Save(request with { PendingDeploy = null });
        state.Append(
            new DeployFailed(state.Cluster, deploy.RequestId, deploy.Id, why.Class, why.Reason, Wording.Word(why.Failure)),
            actor ?? ClusterJournal.Scheduler, deploy.Spec.Subject);
        Retire(deploy, why, now);
        convergence.Balance(deploy.RequestId, now);
    }

    public void BudgetPassed(string deployId, DateTimeOffset now)
    {
        if (state.Deploys.TryGetValue(deployId, out var deploy) && deploy is { State: DeployState.Deploying, KeepsRunning: true })
            Fail(deploy, WhyOverdue(deploy), now);
    }

    private void Retire(Deploy deploy, Verdict why, DateTimeOffset now)
    {
        var serves = deploy.Progress.Proven > 0 && why.Class != FailureClass.Security && why.Failure != DeployFailure.RequestRemoved;
        var reason = $"its deploy failed: {why.Reason}";
        foreach (var id in state.TasksOf(deploy.Id).Select(t => t.Id))
        {
            if (!state.Tasks.TryGetValue(id, out var task))
                continue;
            if (serves && task.IsHealthy)
                state.Save(task with { Leaving = new Leaving(LeaveCause.DeployFailed, reason, now) });
            else
                convergence.Kill(task, KillCause.Retired, reason, now);
        }
    }

    /// <summary>The most significant reason why its instances did not become healthy.</summary>
    private Verdict WhyOverdue(Deploy deploy)
    {
        var unhealthy = state.TasksOf(deploy.Id).Where(t => !t.IsHealthy).ToList();
        var unready = unhealthy.FirstOrDefault(t => t.Phase == TaskPhase.Running);
        var unplaced = unhealthy.FirstOrDefault(t => t.Phase == TaskPhase.Pending);
        var limit = $"not healthy within {RolloutRules.BudgetOf(deploy)!.Value.TotalSeconds:0} s";
        if (unready is not null)
            return new Verdict(DeployFailure.FailedHealthChecks, FailureClass.Health,
                $"{limit}: {unready.Id} did not pass its readiness check");
        if (deploy.Crashes > 0)
            return new Verdict(DeployFailure.TaskFailedOnStartup, FailureClass.App, $"{limit}: {deploy.Crashes} instances failed");
        if (unplaced is not null)
            return new Verdict(DeployFailure.CouldNotBeScheduled, FailureClass.Infra,
                $"{limit}: {unplaced.Id} {unplaced.Why ?? "is not placed"}");
        return unhealthy.Count > 0
            ? new Verdict(DeployFailure.NeverEnteredRunning, FailureClass.Infra, $"{limit}: its tasks did not start")
            : new Verdict(DeployFailure.Overdue, FailureClass.Infra, limit);
    }
}
