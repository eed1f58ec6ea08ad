using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Deploys;

/// <summary>Removes a request: nothing of it starts any more, and it is gone when its last task has ended.</summary>
internal sealed class RequestRemoval(ClusterState state, Convergence convergence, RolloutFailures rolloutFailures)
{
    public CommandOutcome Handle(RemoveRequestCommand removal, DateTimeOffset now)
    {
        if (!state.Requests.TryGetValue(removal.RequestId, out var request) || request.State == RequestState.Removed)
            return CommandOutcome.NotFound($"'{removal.RequestId}' is not a request of cluster {state.Cluster}.");
        if (removal.OnlyOf is { } known && new[] { request.ActiveDeploy, request.PendingDeploy }.FirstOrDefault(
            d => d is not null && !known.Contains(d)) is { } other)
            return CommandOutcome.Conflict("request-runs-another", $"Request {request.Id} has deploy {other}, which is to stay.");
        state.Append(
            new ClusterChanged(state.Cluster, $"request {request.Id} removed"), removal.Actor,
            new JournalSubject { Cluster = state.Cluster, Deployable = request.Kind == RequestKind.RunOnce ? null : request.Id });
        state.Save(request with
        {
            State = RequestState.Removing, Overrides = RequestOverrides.None, NextFire = null, Failures = [], Loops = [],
        });
        state.Timers.CancelRequest(request.Id);
        foreach (var deploy in state.DeploysOf(request.Id))
        {
            if (deploy.State == DeployState.Deploying && deploy.KeepsRunning)
                rolloutFailures.Fail(deploy, new Verdict(DeployFailure.RequestRemoved, FailureClass.Infra,
                    $"request removed by {removal.Actor}"), now,
                    removal.Actor);
            CancelWithTasks(deploy.Id, removal, now);
        }

        state.RemoveWhenEmpty(request.Id);
        return CommandOutcome.Accepted;
    }

    private void CancelWithTasks(string deployId, RemoveRequestCommand removal, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(deployId, out var deploy))
            return;
        var isRun = deploy.Spec.Kind == RequestKind.RunOnce;
        var reason = $"request removed by {removal.Actor}";
        // A run is cancelled by the end of its task, which its submitter waits for.
        if (deploy.IsLive && !isRun)
            state.Save(deploy with { State = DeployState.Cancelled, EndedAt = now, Reason = reason,
                Failure = DeployFailure.RequestRemoved });
        foreach (var task in state.TasksOf(deploy.Id))
            convergence.Kill(task, isRun ? KillCause.Cancelled : KillCause.Retired, reason, now);
    }
}
