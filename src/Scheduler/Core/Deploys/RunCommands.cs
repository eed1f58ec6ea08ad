using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Deploys;

/// <summary>Runs that are requested explicitly: builds, on-demand runs, and cron runs outside their schedule.</summary>
internal sealed class RunCommands(ClusterState state, ClusterJournal journal, RunStarter runs, Kills kills)
{
    private static readonly TimeSpan LatestRun = TimeSpan.FromDays(30);

    public CommandOutcome Submit(RunOnce submitted, DateTimeOffset now)
    {
        if (state.Knows(submitted.RunId))
            return CommandOutcome.Accepted;
        state.Save(state.Requests.TryGetValue(submitted.RequestId, out var known)
            ? known with { State = RequestState.Active }
            : new Request(submitted.RequestId, RequestKind.RunOnce, RequestState.Active, null, null, now));
        runs.Start(Deploy.Start(submitted.RunId, submitted.RequestId, DeploySpec.Of(submitted), now), now);
        return CommandOutcome.Accepted;
    }

    public CommandOutcome Run(Request request, RunNowCommand command, DateTimeOffset now)
    {
        if (request.Kind is not (RequestKind.OnDemand or RequestKind.Cron))
            return CommandOutcome.WrongKind(request, "run by hand");
        if (request.ActiveDeploy is not { } id || !state.Deploys.TryGetValue(id, out var parent))
            return CommandOutcome.Conflict("nothing-deployed", $"Request {request.Id} has no deploy in force that could run.");
        if (Refuse(request, parent, command, now) is { } refused)
            return refused;
        var details = new RunDetails(command.RunId, true, command.RunAt)
        {
            Arguments = command.Arguments, Environment = command.Environment, Envelope = command.Envelope,
        };
        var run = CronRuns.RunOf(parent, details, command.Needs, command.By.Actor, now);
        if (IdRules.Fault(run.Id, IdRules.MostDeploy) is { } fault)
            return CommandOutcome.Invalid("run-id-too-long", $"The run would be '{run.Id}'. {fault} Give a shorter runId.");
        if (state.Knows(run.Id))
            return CommandOutcome.Done(run.Id);
        runs.Start(run, now);
        journal.Request(request.Id, "run-asked", run.Id, command.By.At(now));
        return CommandOutcome.Done(run.Id);
    }

    public CommandOutcome Cancel(CancelRunCommand cancelled, DateTimeOffset now)
    {
        if (!state.Deploys.TryGetValue(cancelled.RunId, out var run) || run.Spec.Kind != RequestKind.RunOnce || !run.IsLive)
            return CommandOutcome.NotFound($"'{cancelled.RunId}' is not a run that is under way.");
        foreach (var task in state.TasksOf(run.Id))
            kills.Kill(task, KillCause.Cancelled, $"cancelled by {cancelled.Actor}: {cancelled.Reason}", now);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome? Refuse(Request request, Deploy parent, RunNowCommand command, DateTimeOffset now)
    {
        if (request.Overrides.Pause is { } pause)
            return CommandOutcome.Conflict("request-paused", $"Request {request.Id} is paused by {pause.Change.By}.");
        if (command.RunAt > now + LatestRun)
            return CommandOutcome.Invalid("run-at-too-late", $"A run may be delayed by {LatestRun.TotalDays:0} days at most.");
        var running = runs.Of(request.Id).Count;
        if (parent.Spec.Options.OnDemand.MaxRunning is { } most && request.Kind == RequestKind.OnDemand && running >= most)
            return CommandOutcome.TooMany("too-many-runs", $"{running} runs of {request.Id} are under way; {most} are allowed.");
        return request.Kind == RequestKind.Cron && running > 0 && parent.Spec.Options.Schedule!.Overlap != Overlap.Allow
            ? CommandOutcome.Conflict("run-under-way", $"A run of {request.Id} is under way, and its runs may not overlap.")
            : null;
    }
}
