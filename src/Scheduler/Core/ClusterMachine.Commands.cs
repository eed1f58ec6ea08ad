using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// Commands are judged here: what is refused changes nothing, and its asker is told why.
internal sealed partial class ClusterMachine
{
    private CommandOutcome Obey(SchedulerCommand command, DateTimeOffset now) => command switch
    {
        RunSubmitted { Run: var run } => SubmitRun(run, now),
        DeploySubmitted { Deploy: var deploy } => SubmitDeploy(deploy, now),
        RunAsked asked => RunNow(asked, now),
        RunCancelled cancelled => CancelRun(cancelled, now),
        DeployCancelled cancelled => CancelDeploy(cancelled, now),
        DeployAdvanced advanced => AdvanceDeploy(advanced, now),
        TaskKillAsked asked => KillAsked(asked, now),
        RequestRemovalAsked removal => RemoveRequest(removal, now),
        ReconciliationAsked asked => Reconcile(asked, now),
        FreezeAsked asked => FreezeLaunches(asked, now),
        ScaleAsked asked => OnRequest(asked.RequestId, r => Scale(r, asked, now)),
        ScaleEnded asked => OnRequest(asked.RequestId, r => EndScale(r, asked, now)),
        PauseAsked asked => OnRequest(asked.RequestId, r => Pause(r, asked, now)),
        UnpauseAsked asked => OnRequest(asked.RequestId, r => Unpause(r, asked, now)),
        BounceAsked asked => OnRequest(asked.RequestId, r => Bounce(r, asked, now)),
        BounceEnded asked => OnRequest(asked.RequestId, r => EndBounce(r, asked, now)),
        SkipHealthAsked asked => OnRequest(asked.RequestId, r => SkipHealth(r, asked, now)),
        PriorityAsked asked => OnRequest(asked.RequestId, r => Prioritise(r, asked, now)),
        CooldownEnded asked => OnRequest(asked.RequestId, r => ExitCooldown(r, asked, now)),
        MachineAsked asked => ActOn(asked, now),
        PlacementForcedAsked asked => ForcePlacement(asked, now),
        _ => CommandOutcome.Unfit("command-unknown", $"This server does not know the command {command.GetType().Name}."),
    };

    private CommandOutcome OnRequest(string requestId, Func<Request, CommandOutcome> then) =>
        state.Requests.TryGetValue(requestId, out var request) && request.State is not (RequestState.Removed or RequestState.Removing)
            ? then(request)
            : CommandOutcome.Unknown($"'{requestId}' is not a request of cluster {settings.Cluster}.");

    private CommandOutcome CancelRun(RunCancelled cancelled, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(cancelled.RunId, out var run) || run.Spec.Kind != RequestKind.RunOnce || !run.IsLive)
            return CommandOutcome.Unknown($"'{cancelled.RunId}' is not a run that is under way.");
        foreach (var task in state.TasksOf(run.Id))
            Kill(task, KillCause.Cancelled, $"cancelled by {cancelled.Actor}: {cancelled.Reason}", now);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome CancelDeploy(DeployCancelled cancelled, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(cancelled.DeployId, out var deploy) || !deploy.KeepsRunning)
            return CommandOutcome.Unknown($"'{cancelled.DeployId}' is not a deploy that is under way.");
        if (deploy.State != DeployState.Deploying)
            return CommandOutcome.Conflict("deploy-not-pending", $"Deploy {deploy.Id} is {Word(deploy.State)}: nothing is left to cancel.");
        GiveUp(deploy, new Verdict(DeployFailure.Cancelled, FailureClass.Infra, $"cancelled by {cancelled.Actor}: {cancelled.Reason}"), now,
            cancelled.Actor);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome KillAsked(TaskKillAsked asked, DateTimeOffset now)
    {
        if (!state.Tasks.TryGetValue(asked.TaskId, out var task))
            return CommandOutcome.Unknown($"'{asked.TaskId}' is not a task that lives.");
        var reason = $"killed by {asked.Actor}: {asked.Reason}";
        var deploy = state.Deploys[task.DeployId];
        if (asked.Replace && deploy.KeepsRunning)
        {
            if (task.Leaving is not null || task.KillCause is not null)
                return CommandOutcome.Conflict("task-leaving", $"Task {task.Id} is leaving already: {task.Leaving?.Reason ?? task.KillReason}.");
            MarkLeaving(task, LeaveCause.Replace, $"replaced by {asked.Actor}: {asked.Reason}", now);
            Balance(task.RequestId, now);
            return CommandOutcome.Accepted;
        }

        Kill(task, KillCause.Operator, reason, now);
        if (asked.Destroy && state.Tasks.TryGetValue(task.Id, out var dying))
            SendKill(dying, TimeSpan.Zero, now);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome RemoveRequest(RequestRemovalAsked removal, DateTimeOffset now)
    {
        if (!state.Requests.TryGetValue(removal.RequestId, out var request) || request.State == RequestState.Removed)
            return CommandOutcome.Unknown($"'{removal.RequestId}' is not a request of cluster {settings.Cluster}.");
        state.Append(
            new ClusterChanged(settings.Cluster, $"request {request.Id} removed"), removal.Actor,
            new JournalSubject { Cluster = settings.Cluster, Deployable = request.Kind == RequestKind.RunOnce ? null : request.Id });
        state.Save(request with
        {
            State = RequestState.Removing, Overrides = RequestOverrides.None, NextFire = null, Failures = [], Loops = [],
        });
        timers.CancelRequest(request.Id);
        foreach (var deploy in state.DeploysOf(request.Id))
        {
            if (deploy.State == DeployState.Deploying && deploy.KeepsRunning)
                GiveUp(deploy, new Verdict(DeployFailure.RequestRemoved, FailureClass.Infra, $"request removed by {removal.Actor}"), now,
                    removal.Actor);
            CancelWithTasks(deploy.Id, removal, now);
        }

        RemoveWhenEmpty(request.Id);
        return CommandOutcome.Accepted;
    }

    private void CancelWithTasks(string deployId, RequestRemovalAsked removal, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(deployId, out var deploy))
            return;
        var isRun = deploy.Spec.Kind == RequestKind.RunOnce;
        var reason = $"request removed by {removal.Actor}";
        // A run is cancelled by the end of its task, which its owner waits for.
        if (deploy.IsLive && !isRun)
            state.Save(deploy with { State = DeployState.Cancelled, EndedAt = now, Reason = reason, Failure = DeployFailure.RequestRemoved });
        foreach (var task in state.TasksOf(deploy.Id))
            Kill(task, isRun ? KillCause.Cancelled : KillCause.Retired, reason, now);
    }

    private void RemoveWhenEmpty(string requestId)
    {
        var request = state.Requests[requestId];
        if (request.State == RequestState.Removing && state.DeploysOf(requestId).Count == 0)
            state.Save(request with { State = RequestState.Removed, ActiveDeploy = null, PendingDeploy = null });
    }

    private static string Word(Enum value) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
