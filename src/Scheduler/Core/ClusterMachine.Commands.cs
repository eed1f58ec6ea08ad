using Pipeline.Kernel;

namespace Pipeline.Scheduler.Core;

internal sealed partial class ClusterMachine
{
    private CommandOutcome Obey(SchedulerCommand command, DateTimeOffset now) => command switch
    {
        RunSubmitted { Run: var run } => Submit(run.RunId, run.RequestId, DeploySpec.Of(run), now),
        DeploySubmitted { Deploy: var deploy } => Submit(deploy.DeployId, deploy.RequestId, DeploySpec.Of(deploy), now),
        RunCancelled cancelled => CancelRun(cancelled, now),
        DeployCancelled cancelled => CancelDeploy(cancelled, now),
        TaskKillAsked asked => KillAsked(asked, now),
        RequestRemovalAsked removal => RemoveRequest(removal, now),
        ReconciliationAsked asked => Reconcile(asked, now),
        _ => CommandOutcome.Unfit("not-supported", "This server does not know the command."),
    };

    private CommandOutcome Reconcile(ReconciliationAsked asked, DateTimeOffset now)
    {
        state.Append(new ClusterChanged(settings.Cluster, "reconciliation asked"), asked.Actor,
            new JournalSubject { Cluster = settings.Cluster });
        StartReconciliation(now);
        timers.Set(TimerKind.ImplicitReconcile, "", now);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome CancelDeploy(DeployCancelled cancelled, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(cancelled.DeployId, out var deploy) || deploy.Spec.Kind == RequestKind.RunOnce)
            return CommandOutcome.Unknown($"'{cancelled.DeployId}' is not a deploy that is under way.");
        if (deploy.State != DeployState.Deploying)
            return CommandOutcome.Conflict("deploy-not-pending", $"Deploy {deploy.Id} is {deploy.State}: nothing is left to cancel.");
        FailDeploy(deploy, FailureClass.Infra, $"cancelled by {cancelled.Actor}: {cancelled.Reason}", now,
            DeployState.Cancelled, cancelled.Actor);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome KillAsked(TaskKillAsked asked, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(asked.TaskId, out var task))
            return CommandOutcome.Unknown($"'{asked.TaskId}' is not a task that lives.");
        Kill(task, KillCause.Operator, $"killed by {asked.Actor}: {asked.Reason}", now);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome Submit(string id, string requestId, DeploySpec spec, DateTimeOffset now)
    {
        if (state.Deploys.ContainsKey(id))
            return CommandOutcome.Accepted;
        var request = state.Requests.TryGetValue(requestId, out var known)
            ? known with { State = RequestState.Active }
            : new Request(requestId, spec.Kind, RequestState.Active, null, null, now);
        if (spec.Kind != RequestKind.RunOnce)
        {
            if (request.PendingDeploy is { } overtaken && state.Deploys.TryGetValue(overtaken, out var pending))
                FailDeploy(pending, FailureClass.Infra, $"superseded by deploy {id} before it was healthy", now, DeployState.Cancelled,
                    spec.Actor);
            request = request with { PendingDeploy = id };
        }

        var deploy = Deploy.Start(id, requestId, spec, now);
        state.Save(request);
        state.Save(deploy);
        if (spec.Budget is { } budget)
            timers.Set(TimerKind.Budget, id, now + budget);
        for (var instance = 1; instance <= spec.Instances; instance++)
            AddTask(deploy, instance, null, now);
        if (spec.Kind != RequestKind.RunOnce)
            SwitchWhenHealthy(deploy, now);
        return CommandOutcome.Accepted;
    }

    private void AddTask(Deploy deploy, int instance, DateTimeOffset? notBefore, DateTimeOffset now)
    {
        var attempt = state.NextAttempt(deploy.Id, instance);
        var task = new TaskRecord($"{deploy.Id}.{instance}.{attempt}", deploy.RequestId, deploy.Id, instance, attempt, deploy.Spec.Needs,
            now)
        {
            Subject = deploy.Spec.Subject,
            NotBefore = notBefore,
        };
        state.Save(task);
        if (notBefore is { } at)
            timers.Set(TimerKind.NotBefore, task.Id, at);
        reviveWanted = true;
    }

    private CommandOutcome CancelRun(RunCancelled cancelled, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(cancelled.RunId, out var run) || run.Spec.Kind != RequestKind.RunOnce || !run.IsLive)
            return CommandOutcome.Unknown($"'{cancelled.RunId}' is not a run that is under way.");
        foreach (var task in state.TasksOf(run.Id))
            Kill(task, KillCause.Cancelled, $"cancelled by {cancelled.Actor}: {cancelled.Reason}", now);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome RemoveRequest(RequestRemovalAsked removal, DateTimeOffset now)
    {
        if (!state.Requests.TryGetValue(removal.RequestId, out var request) || request.State == RequestState.Removed)
            return CommandOutcome.Unknown($"'{removal.RequestId}' is not a request here.");
        state.Append(
            new ClusterChanged(settings.Cluster, $"request {request.Id} removed"), removal.Actor,
            new JournalSubject { Cluster = settings.Cluster, Deployable = request.Kind == RequestKind.RunOnce ? null : request.Id });
        state.Save(request with { State = RequestState.Removing });
        foreach (var deploy in state.DeploysOf(request.Id))
        {
            if (deploy is { State: DeployState.Deploying, Spec.Kind: not RequestKind.RunOnce })
                FailDeploy(deploy, FailureClass.Infra, $"request removed by {removal.Actor}", now, DeployState.Cancelled, removal.Actor);
            else
                CancelWithTasks(deploy, removal, now);
        }

        RemoveWhenEmpty(request.Id);
        return CommandOutcome.Accepted;
    }

    private void CancelWithTasks(Deploy deploy, RequestRemovalAsked removal, DateTimeOffset now)
    {
        var isRun = deploy.Spec.Kind == RequestKind.RunOnce;
        var reason = $"request removed by {removal.Actor}";
        // A run is cancelled by the end of its task, which its owner waits for.
        if (deploy.IsLive && !isRun)
            state.Save(deploy with { State = DeployState.Cancelled, EndedAt = now, Reason = reason });
        foreach (var task in state.TasksOf(deploy.Id))
            Kill(task, isRun ? KillCause.Cancelled : KillCause.Retired, reason, now);
    }

    private void RemoveWhenEmpty(string requestId)
    {
        var request = state.Requests[requestId];
        if (request.State == RequestState.Removing && state.DeploysOf(requestId).Count == 0)
            state.Save(request with { State = RequestState.Removed, ActiveDeploy = null, PendingDeploy = null });
    }
}
