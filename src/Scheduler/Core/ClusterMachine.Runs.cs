using System.Globalization;
using Pipeline.Kernel;
using Pipeline.Mesos.Client;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// Runs: of builds, of schedules, on demand. A run is a deploy with one task at a time; its id is used once, whatever starts it.
internal sealed partial class ClusterMachine
{
    /// <summary>A fire time that is later than this was missed: nobody led, or nobody listened.</summary>
    private static readonly TimeSpan Missed = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LatestRun = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromDays(1);

    private readonly Dictionary<string, CronRule> rules = new(StringComparer.Ordinal);

    private void StartRun(Deploy run, DateTimeOffset now)
    {
        state.Save(run);
        AddTask(run, 1, run.Spec.Run?.NotBefore is { } at && at > now ? at : null, now);
    }

    private CommandOutcome RunNow(RunAsked asked, DateTimeOffset now) => OnRequest(asked.RequestId, request =>
    {
        if (request.Kind is not (RequestKind.OnDemand or RequestKind.Cron))
            return NotFor(request, "run by hand");
        if (request.ActiveDeploy is not { } id || !state.Deploys.TryGetValue(id, out var parent))
            return CommandOutcome.Conflict("nothing-deployed", $"Request {request.Id} has no deploy in force that could run.");
        if (request.Overrides.Pause is { } pause)
            return CommandOutcome.Conflict("request-paused", $"Request {request.Id} is paused by {pause.Change.By}.");
        if (asked.RunAt > now + LatestRun)
            return CommandOutcome.Unfit("run-at-too-late", $"A run may be put off by {LatestRun.TotalDays:0} days at most.");
        var running = RunsOf(request.Id).Count;
        if (parent.Spec.Options.OnDemand.MaxRunning is { } most && request.Kind == RequestKind.OnDemand && running >= most)
            return CommandOutcome.TooMany("too-many-runs", $"{running} runs of {request.Id} are under way; {most} may be.");
        if (request.Kind == RequestKind.Cron && running > 0 && parent.Spec.Options.Schedule!.Overlap != Overlap.Allow)
            return CommandOutcome.Conflict("run-under-way", $"A run of {request.Id} is under way, and its runs may not overlap.");
        var run = RunOf(parent, new RunDetails(asked.RunId, true, asked.RunAt) { Arguments = asked.Arguments, Environment = asked.Environment },
            asked.Needs, asked.By.Actor, now);
        if (IdRules.Fault(run.Id, IdRules.MostDeploy) is { } fault)
            return CommandOutcome.Unfit("run-id-too-long", $"The run would be '{run.Id}'. {fault} Give a shorter runId.");
        if (state.Knows(run.Id))
            return CommandOutcome.Made(run.Id);
        StartRun(run, now);
        Changed(request.Id, "run-asked", run.Id, asked.By.At(now));
        return CommandOutcome.Made(run.Id);
    });

    private static Deploy RunOf(Deploy parent, RunDetails details, ResourceNeed? needs, Actor actor, DateTimeOffset now) =>
        Deploy.Start($"{parent.Id}.run.{details.RunId}", parent.RequestId, parent.Spec.AsRun(details, needs, actor), now) with { Parent = parent.Id };

    /// <summary>Runs of a request that are under way or wait for their place.</summary>
    private List<Deploy> RunsOf(string requestId) =>
        [.. state.DeploysOf(requestId).Where(d => d is { IsLive: true, Spec.Kind: RequestKind.RunOnce })];

    private CronRule RuleOf(Deploy deploy)
    {
        if (rules.TryGetValue(deploy.Id, out var rule))
            return rule;
        rule = CronRule.Parse(deploy.Spec.Options.Schedule!).Rule;
        Invariant.Require(rule is not null);
        return rules[deploy.Id] = rule;
    }

    /// <summary>The next fire time after now goes to the row. Without one the request is finished.</summary>
    private void PlanNextFire(string requestId, DateTimeOffset now)
    {
        var request = state.Requests[requestId];
        if (request.Kind != RequestKind.Cron || request.ActiveDeploy is not { } id || !state.Deploys.TryGetValue(id, out var deploy))
            return;
        var next = RuleOf(deploy).After(now);
        state.Save(request with { NextFire = next, State = next is null ? RequestState.Finished : RequestState.Active });
        if (next is { } at)
            timers.Set(TimerKind.Fire, requestId, at);
        else
            timers.Cancel(TimerKind.Fire, requestId);
    }

    private void Fire(string requestId, DateTimeOffset now)
    {
        if (!state.Requests.TryGetValue(requestId, out var request) || request is not { Kind: RequestKind.Cron, NextFire: { } due }
            || request.ActiveDeploy is not { } id || !state.Deploys.TryGetValue(id, out var deploy))
            return;
        var schedule = deploy.Spec.Options.Schedule!;
        DateTimeOffset? at = due;
        if (now - due > Missed)
            at = schedule.CatchUp == CatchUp.Once ? RuleOf(deploy).NewestIn(Later(due, now - (schedule.CatchUpWindow ?? LongestCatchUp)), now) : null;
        if (request.Overrides.Pause is not null)
            at = null;
        if (at is { } time)
            Fire(request, deploy, time, now);
        // Moves on in the same commit as the run that it started: once for each fire time, whoever leads.
        PlanNextFire(requestId, now);
    }

    private void Fire(Request request, Deploy deploy, DateTimeOffset at, DateTimeOffset now)
    {
        var under = RunsOf(request.Id);
        var overlap = deploy.Spec.Options.Schedule!.Overlap;
        if (under.Count > 0 && overlap == Overlap.Skip)
        {
            Changed(request.Id, "fire-skipped", $"{at:u} passes: {under[0].Id} is under way", new Change(Self, null, now, null));
            return;
        }

        if (overlap == Overlap.Replace)
        {
            foreach (var task in under.SelectMany(r => state.TasksOf(r.Id)))
                Kill(task, KillCause.Cancelled, $"replaced by the run of {at:u}", now);
        }

        var name = at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var cooled = request.Overrides.Cooldown is null ? (DateTimeOffset?)null : now + CooldownRules.Delay;
        var run = RunOf(deploy, new RunDetails(name, false, cooled), null, Self, now);
        if (!state.Deploys.ContainsKey(run.Id))
            StartRun(run, now);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    /// <summary>Runs of the deploys before may go on for so long.</summary>
    private void WatchOldRuns(Deploy active) => timers.Set(TimerKind.OldRuns, active.RequestId, active.CreatedAt + active.Spec.Options.KillOldAfter);

    private void OldRunsPassed(string requestId, DateTimeOffset now)
    {
        if (!state.Requests.TryGetValue(requestId, out var request))
            return;
        foreach (var task in RunsOf(requestId).Where(r => r.Parent != request.ActiveDeploy).SelectMany(r => state.TasksOf(r.Id)))
            Kill(task, KillCause.Cancelled, $"deploy {request.ActiveDeploy} replaced its deploy long ago", now);
    }

    private void RunEnded(Deploy run, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        if (WhyAgain(run, task, end) is { } again)
        {
            Announce(task, end, final: false);
            state.Save(again.Run);
            AddTask(again.Run, task.Instance, again.Pause is { } pause ? now + pause : null, now);
            return;
        }

        Announce(task, end, final: true);
        var reached = end.Outcome switch
        {
            Outcome.Succeeded => DeployState.Succeeded,
            Outcome.Failed => DeployState.Failed,
            Outcome.Cancelled => DeployState.Cancelled,
        };
        state.Save(run with { State = reached, EndedAt = now, FailureClass = end.Class, Reason = end.Reason });
        if (run.Spec.IsDeployed)
            RunDeployEnded(run, end);
        else if (run.Parent is not null)
            RunOfRequestEnded(run, task, end, now);
    }

    /// <summary>Infra ends no run while it has patience, and what a frozen priority killed comes back; what failed by itself has the
    /// retries of its deploy. Nobody starts again what a person ended.</summary>
    private (Deploy Run, TimeSpan? Pause)? WhyAgain(Deploy run, TaskRecord task, TaskEnd end)
    {
        if (task.KillCause == KillCause.Priority)
            return (run, null);
        if (end.Class == FailureClass.Infra || end.MayBeInfra)
        {
            if (!end.NeverRan && run.InfraFailures >= run.Spec.InfraRetries)
                return null;
            var failures = run.InfraFailures + (end.NeverRan ? 0 : 1);
            return (run with { InfraFailures = failures }, end.NeverRan || failures <= 1 ? null : Backoff(failures - 1));
        }

        var retry = run.Spec.Options.Retry;
        if (end.Outcome != Outcome.Failed || end.Class == FailureClass.Security || task.KillCause is not null || run.Crashes >= retry.Times
            || state.Requests[run.RequestId].Overrides.Pause is not null)
            return null;
        // A run of a schedule that somebody asked for out of turn is his to repeat.
        if (run.Spec.Run is { Manual: true } && state.Requests[run.RequestId].Kind == RequestKind.Cron)
            return null;
        var pause = retry.Backoff == TimeSpan.Zero ? (TimeSpan?)null : retry.Backoff * Math.Pow(2, Math.Min(run.Crashes, 10));
        return (run with { Crashes = run.Crashes + 1 }, pause);
    }

    private void RunDeployEnded(Deploy run, TaskEnd end)
    {
        var request = state.Requests[run.RequestId];
        state.Save(request with
        {
            PendingDeploy = request.PendingDeploy == run.Id ? null : request.PendingDeploy,
            ActiveDeploy = end.Outcome == Outcome.Succeeded ? run.Id : request.ActiveDeploy,
        });
        if (end.Outcome == Outcome.Succeeded)
            state.Append(new DeployHealthy(settings.Cluster, run.RequestId, run.Id), Self, run.Spec.Subject);
        else
            state.Append(
                new DeployFailed(settings.Cluster, run.RequestId, run.Id, end.Class ?? FailureClass.Infra, end.Reason,
                    Word(end.Outcome == Outcome.Cancelled ? DeployFailure.Cancelled : DeployFailure.TaskFailedOnStartup)),
                Self, run.Spec.Subject);
    }

    private void RunOfRequestEnded(Deploy run, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        if (end.Outcome == Outcome.Succeeded)
            NoteRunTime(run, task, now);
        var request = state.Requests[run.RequestId];
        if (end.Outcome == Outcome.Succeeded && request.Overrides.Cooldown is not null)
            EndCooldown(request, new Change(Self, $"run {run.Id} succeeded", now, null));
        else if (request.Kind == RequestKind.Cron)
            NoteFailure(run, task, end, now);
    }
}
