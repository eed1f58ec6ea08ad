using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Deploys;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Requests;

/// <summary>A paused request starts nothing; its running tasks keep running, or are killed.</summary>
internal sealed class Pauses(
    ClusterState state, OverrideChanges overrides, CronRuns cronRuns, Convergence convergence, RolloutFailures rolloutFailures)
{
    public CommandOutcome Handle(Request request, PauseCommand command, DateTimeOffset now)
    {
        if (request.Kind == RequestKind.RunOnce)
            return CommandOutcome.WrongKind(request, "paused");
        var change = command.By.At(now);
        overrides.Set(request.Id, o => o with { Pause = new PauseOverride(command.Kill, change), Bounce = null }, "paused",
            command.Kill ? "its tasks are killed" : "its tasks keep running", change);
        if (request.PendingDeploy is { } id && state.Deploys.TryGetValue(id, out var pending))
        {
            var verdict = new Verdict(DeployFailure.RequestPaused, FailureClass.Infra, $"request paused by {command.By.Actor}");
            rolloutFailures.Fail(pending, verdict, now, command.By.Actor);
        }

        foreach (var deploy in state.DeploysOf(request.Id))
        {
            var cause = deploy.KeepsRunning ? KillCause.Retired : KillCause.Cancelled;
            foreach (var task in state.TasksOf(deploy.Id).Where(t => command.Kill || t.Phase == TaskPhase.Pending))
                convergence.Kill(task, cause, $"paused by {command.By.Actor}{Wording.Because(command.By.Reason)}", now);
        }

        return CommandOutcome.Accepted;
    }

    public CommandOutcome Handle(Request request, UnpauseCommand command, DateTimeOffset now)
    {
        if (request.Overrides.Pause is null)
            return CommandOutcome.Conflict("not-paused", $"Request {request.Id} is not paused.");
        Resume(request, command.By.At(now), now);
        return CommandOutcome.Accepted;
    }

    public void Resume(Request request, Change by, DateTimeOffset now)
    {
        overrides.Set(request.Id, o => o with { Pause = null }, "unpaused", "its instances start again", by);
        cronRuns.PlanNextFire(request.Id, now);
        convergence.Balance(request.Id, now);
    }
}
