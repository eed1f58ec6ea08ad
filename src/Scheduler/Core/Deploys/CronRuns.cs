using System.Globalization;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Deploys;

/// <summary>Starts cron runs at their fire times, and ends runs of deploys that were replaced long ago.</summary>
internal sealed class CronRuns(ClusterState state, ClusterJournal journal, Kills kills, RunStarter runs)
{
    /// <summary>A fire time older than this was missed, because no leader was running.</summary>
    private static readonly TimeSpan Missed = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromDays(1);

    private readonly Dictionary<string, CronRule> rules = new(StringComparer.Ordinal);

    public static Deploy RunOf(Deploy parent, RunDetails details, ResourceNeed? needs, Actor actor, DateTimeOffset now) =>
        Deploy.Start($"{parent.Id}.run.{details.RunId}", parent.RequestId, parent.Spec.AsRun(details, needs, actor),
            now) with { Parent = parent.Id };

    public void Recover(Request request)
    {
        if (request.NextFire is { } fire)
            state.Timers.Set(TimerKind.Fire, request.Id, fire);
        if (request.Kind is RequestKind.Cron or RequestKind.OnDemand && request.ActiveDeploy is { } id
            && state.Deploys.TryGetValue(id, out var active))
            WatchOldRuns(active);
    }

    /// <summary>Stores the next fire time. A request without one is finished.</summary>
    public void PlanNextFire(string requestId, DateTimeOffset now)
    {
        var request = state.Requests[requestId];
        if (request.Kind != RequestKind.Cron || request.ActiveDeploy is not { } id || !state.Deploys.TryGetValue(id, out var deploy))
            return;
        var next = RuleOf(deploy).After(now);
        state.Save(request with { NextFire = next, State = next is null ? RequestState.Finished : RequestState.Active });
        if (next is { } at)
            state.Timers.Set(TimerKind.Fire, requestId, at);
        else
            state.Timers.Cancel(TimerKind.Fire, requestId);
    }

    public void Fire(string requestId, DateTimeOffset now)
    {
        if (!state.Requests.TryGetValue(requestId, out var request) || request is not { Kind: RequestKind.Cron, NextFire: { } due }
            || request.ActiveDeploy is not { } id || !state.Deploys.TryGetValue(id, out var deploy))
            return;
        if (request.Overrides.Pause is null && FireTime(deploy, due, now) is { } time)
            Fire(request, deploy, time, now);
        // Advances in the commit that starts the run: each fire time starts one run, whoever leads.
        PlanNextFire(requestId, now);
    }

    /// <summary>Limits how long runs of earlier deploys may continue.</summary>
    public void WatchOldRuns(Deploy active) =>
        state.Timers.Set(TimerKind.OldRuns, active.RequestId, active.CreatedAt + active.Spec.Options.KillOldAfter);

    public void OldRunsPassed(string requestId, DateTimeOffset now)
    {
        if (!state.Requests.TryGetValue(requestId, out var request))
            return;
        foreach (var task in runs.Of(requestId).Where(r => r.Parent != request.ActiveDeploy).SelectMany(r => state.TasksOf(r.Id)))
            kills.Kill(task, KillCause.Cancelled, $"deploy {request.ActiveDeploy} replaced its deploy long ago", now);
    }

    /// <returns>The fire time to start a run for; null when it was missed and must not be caught up.</returns>
    private DateTimeOffset? FireTime(Deploy deploy, DateTimeOffset due, DateTimeOffset now)
    {
        if (now - due <= Missed)
            return due;
        var schedule = deploy.Spec.Options.Schedule!;
        if (schedule.CatchUp != CatchUp.Once)
            return null;
        var earliest = now - (schedule.CatchUpWindow ?? LongestCatchUp);
        return RuleOf(deploy).NewestIn(due > earliest ? due : earliest, now);
    }

    private void Fire(Request request, Deploy deploy, DateTimeOffset at, DateTimeOffset now)
    {
        var under = runs.Of(request.Id);
        var overlap = deploy.Spec.Options.Schedule!.Overlap;
        if (under.Count > 0 && overlap == Overlap.Skip)
        {
            journal.Request(request.Id, "fire-skipped", $"{at:u} passes: {under[0].Id} is under way", now);
            return;
        }

        if (overlap == Overlap.Replace)
        {
            foreach (var task in under.SelectMany(r => state.TasksOf(r.Id)))
                kills.Kill(task, KillCause.Cancelled, $"replaced by the run of {at:u}", now);
        }

        var name = at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var cooled = request.Overrides.Cooldown is null ? (DateTimeOffset?)null : now + CooldownRules.Delay;
        var run = RunOf(deploy, new RunDetails(name, false, cooled), null, ClusterJournal.Scheduler, now);
        if (!state.Deploys.ContainsKey(run.Id))
            runs.Start(run, now);
    }

    private CronRule RuleOf(Deploy deploy)
    {
        if (rules.TryGetValue(deploy.Id, out var rule))
            return rule;
        rule = CronRule.Parse(deploy.Spec.Options.Schedule!).Rule;
        Invariant.Require(rule is not null);
        return rules[deploy.Id] = rule;
    }
}
