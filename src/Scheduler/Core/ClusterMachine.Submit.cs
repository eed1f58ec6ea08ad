using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// New versions of requests. Services and workers roll out; cron and on-demand take over at once; a run-once runs.
internal sealed partial class ClusterMachine
{
    private CommandOutcome SubmitRun(RunOnce submitted, DateTimeOffset now)
    {
        if (state.Knows(submitted.RunId))
            return CommandOutcome.Accepted;
        state.Save(state.Requests.TryGetValue(submitted.RequestId, out var known)
            ? known with { State = RequestState.Active }
            : new Request(submitted.RequestId, RequestKind.RunOnce, RequestState.Active, null, null, now));
        StartRun(Deploy.Start(submitted.RunId, submitted.RequestId, DeploySpec.Of(submitted), now), now);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome SubmitDeploy(DeploySubmission submitted, DateTimeOffset now)
    {
        var id = submitted.DeployId;
        if (state.Knows(id))
            return CommandOutcome.Accepted;
        var spec = DeploySpec.Of(submitted);
        var request = state.Requests.TryGetValue(submitted.RequestId, out var known) && known.State != RequestState.Removed
            ? known with { State = RequestState.Active }
            : new Request(submitted.RequestId, spec.Kind, RequestState.Active, null, null, known?.CreatedAt ?? now);
        var deploy = Deploy.Start(id, request.Id, spec, now);
        if (WhyNot(request, id, spec) is { } refusal)
        {
            Refuse(known ?? request, deploy, refusal, now);
            return CommandOutcome.Conflict(Word(refusal.Failure), refusal.Reason);
        }

        if (request.PendingDeploy is { } overtaken && state.Deploys.TryGetValue(overtaken, out var pending))
        {
            var reason = $"superseded by deploy {id} before it was healthy";
            GiveUp(pending, new Verdict(DeployFailure.Superseded, FailureClass.Infra, reason), now, spec.Actor);
            request = request with { PendingDeploy = null };
        }

        request = request with { Kind = spec.Kind };
        if (deploy.KeepsRunning)
            RollOut(request, deploy, now);
        else if (spec.Kind == RequestKind.RunOnce)
            RunDeploy(request, deploy, now);
        else
            TakeOver(request, deploy, now);
        return CommandOutcome.Accepted;
    }

    private static Verdict? WhyNot(Request request, string deployId, DeploySpec spec)
    {
        if (IdRules.Fault(request.Id, IdRules.MostRequest) is { } badRequest)
            return new Verdict(DeployFailure.ConfigInvalid, FailureClass.Config, $"the request id is not valid: {badRequest}");
        if (IdRules.Fault(deployId, IdRules.MostDeploy) is { } badDeploy)
            return new Verdict(DeployFailure.ConfigInvalid, FailureClass.Config, $"the deploy id is not valid: {badDeploy}");
        if (KindGroup(request.Kind) != KindGroup(spec.Kind))
            return new Verdict(DeployFailure.ConfigInvalid, FailureClass.Config,
                $"request {request.Id} is of kind {Word(request.Kind)} and cannot become {Word(spec.Kind)}: remove it first");
        if (request.Overrides.Pause is { } pause && !spec.Options.Unpause)
            return new Verdict(DeployFailure.RequestPaused, FailureClass.Infra,
                $"request {request.Id} is paused by {pause.Change.By}{Because(pause.Change.Reason)}: unpause it, or deploy with unpause");
        if (LimitRules.Fault(spec.Needs, spec.Options.Limits) is { } tooLow)
            return new Verdict(DeployFailure.ConfigInvalid, FailureClass.Config, tooLow);
        if (spec.Kind != RequestKind.Cron)
            return null;
        if (spec.Options.Schedule is not { } schedule)
            return new Verdict(DeployFailure.ConfigInvalid, FailureClass.Config, "kind cron needs a schedule");
        return CronRule.Parse(schedule).Problem is { } problem
            ? new Verdict(DeployFailure.ConfigInvalid, FailureClass.Config, problem)
            : null;
    }

    // A service may become a worker; everything else keeps its nature.
    private static RequestKind KindGroup(RequestKind kind) => kind == RequestKind.Worker ? RequestKind.Service : kind;

    /// <summary>A deploy that never starts has a row and an event like every other that fails: whoever waits for it must hear.</summary>
    private void Refuse(Request request, Deploy deploy, Verdict why, DateTimeOffset now)
    {
        state.Save(request);
        state.Save(deploy with
        {
            State = DeployState.Failed, EndedAt = now, FailureClass = why.Class, Failure = why.Failure, Reason = why.Reason,
        });
        state.Append(
            new DeployFailed(settings.Cluster, deploy.RequestId, deploy.Id, why.Class, why.Reason, Word(why.Failure)), Self,
            deploy.Spec.Subject);
    }

    private void RollOut(Request request, Deploy deploy, DateTimeOffset now)
    {
        state.Save(request with { PendingDeploy = deploy.Id });
        state.Save(deploy with { Progress = RolloutProgress.None with { StepSince = now } });
        SetBudget(deploy, now);
        Balance(request.Id, now);
        Proceed(deploy.Id, now);
    }

    /// <summary>Nothing runs all the time, so nothing can prove itself: it is in force from now on. Runs of the one before go on for a
    /// while.</summary>
    private void TakeOver(Request request, Deploy deploy, DateTimeOffset now)
    {
        if (request.ActiveDeploy is { } before && state.Deploys.TryGetValue(before, out var old) && old.IsLive)
            state.Save(old with { State = DeployState.Superseded, EndedAt = now, Reason = $"superseded by {deploy.Id}" });
        state.Save(deploy with { State = DeployState.Active });
        state.Save(request with
        {
            ActiveDeploy = deploy.Id, Overrides = request.Overrides with { Pause = null }, Failures = [],
        });
        state.Append(new DeployHealthy(settings.Cluster, request.Id, deploy.Id), Self, deploy.Spec.Subject);
        WatchOldRuns(deploy);
        PlanNextFire(request.Id, now);
    }

    /// <summary>Kind run-once: the deploy is its run, and stands or falls with it.</summary>
    private void RunDeploy(Request request, Deploy deploy, DateTimeOffset now)
    {
        state.Save(request with { PendingDeploy = deploy.Id });
        StartRun(deploy, now);
    }

    private static string Because(string? reason) => string.IsNullOrEmpty(reason) ? "" : $": {reason}";
}

/// <summary>Why a deploy comes to nothing.</summary>
internal sealed record Verdict(DeployFailure Failure, FailureClass Class, string Reason);
