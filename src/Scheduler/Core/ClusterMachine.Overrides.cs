using System.Globalization;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Core;

// What people do to a request over what its deploys say. Each may end by itself; a newer one of its kind takes its place, timer and all.
internal sealed partial class ClusterMachine
{
    private CommandOutcome Scale(Request request, ScaleAsked asked, DateTimeOffset now)
    {
        if (!IsLongRunning(request.Kind))
            return NotFor(request, "scaled");
        if (CurrentDeploy(request) is not { } deploy)
            return CommandOutcome.Conflict("nothing-deployed", $"Request {request.Id} has no deploy that could be scaled.");
        var most = Math.Min(settings.MaxInstances, deploy.Spec.Options.MaxInstances ?? int.MaxValue);
        if (asked.Instances < 0 || asked.Instances > most)
            return CommandOutcome.Unfit("instances-out-of-range", $"{asked.Instances} instances were asked for; 0 to {most} may be.");
        var from = WantedOf(request, deploy);
        if (Guarded(from, asked.Instances, asked.Acknowledged) is { } refused)
            return refused;
        if (asked.Bounce && request.Overrides.Bounce is { } under)
            return BounceUnderWay(request, under);
        var change = asked.By.At(now);
        var before = change.Until is null ? null : request.Overrides.Scale is { Change.Until: not null } timed ? timed.Before
            : request.Overrides.Scale?.Instances;
        Override(request, o => o with { Scale = new ScaleOverride(asked.Instances, before, asked.Bounce, change) });
        Changed(request.Id, "scaled", Numbers(from, asked.Instances), change);
        ApplyScale(request.Id, asked.Bounce, change, now);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome EndScale(Request request, ScaleEnded asked, DateTimeOffset now)
    {
        if (request.Overrides.Scale is not { } scale || CurrentDeploy(request) is not { } deploy)
            return CommandOutcome.Conflict("not-scaled", $"Request {request.Id} runs as many instances as its deploy says.");
        var to = scale.Before ?? deploy.Spec.Instances;
        if (Guarded(scale.Instances, to, asked.Acknowledged) is { } refused)
            return refused;
        RevertScale(request, scale, to, asked.By.At(now), now);
        return CommandOutcome.Accepted;
    }

    private static CommandOutcome? Guarded(int from, int to, bool acknowledged) => ScaleRules.IsLargeDrop(from, to) && !acknowledged
        ? CommandOutcome.Conflict("large-scale-down", $"{Numbers(from, to)}: a drop of more than 10, or of more than half, must be acknowledged.")
        : null;

    private void RevertScale(Request request, ScaleOverride scale, int to, Change by, DateTimeOffset now)
    {
        var permanent = scale.Before is { } before ? new ScaleOverride(before, null, false, by with { Until = null }) : null;
        Override(request, o => o with { Scale = permanent });
        Changed(request.Id, "scale-ended", Numbers(scale.Instances, to), by);
        ApplyScale(request.Id, scale.Bounced, by, now);
    }

    private void ApplyScale(string requestId, bool bounce, Change by, DateTimeOffset now)
    {
        Balance(requestId, now);
        if (bounce && state.Requests[requestId].Overrides.Bounce is null)
            StartBounce(state.Requests[requestId], false, 1, false, by with { Until = now + settings.BounceLasts }, now);
        if (state.Requests[requestId].PendingDeploy is { } pending)
            Proceed(pending, now);
    }

    private CommandOutcome Pause(Request request, PauseAsked asked, DateTimeOffset now)
    {
        if (request.Kind == RequestKind.RunOnce)
            return NotFor(request, "paused");
        var change = asked.By.At(now);
        Override(request, o => o with { Pause = new PauseOverride(asked.Kill, change), Bounce = null });
        Changed(request.Id, "paused", asked.Kill ? "its tasks are killed" : "its tasks run on", change);
        if (request.PendingDeploy is { } id && state.Deploys.TryGetValue(id, out var pending))
            GiveUp(pending, new Verdict(DeployFailure.RequestPaused, FailureClass.Infra, $"request paused by {asked.By.Actor}"), now, asked.By.Actor);
        foreach (var deploy in state.DeploysOf(request.Id))
        {
            foreach (var task in state.TasksOf(deploy.Id).Where(t => asked.Kill || t.Phase == TaskPhase.Pending))
                Kill(task, deploy.KeepsRunning ? KillCause.Retired : KillCause.Cancelled, $"paused by {asked.By.Actor}{Because(asked.By.Reason)}", now);
        }

        return CommandOutcome.Accepted;
    }

    private CommandOutcome Unpause(Request request, UnpauseAsked asked, DateTimeOffset now)
    {
        if (request.Overrides.Pause is null)
            return CommandOutcome.Conflict("not-paused", $"Request {request.Id} is not paused.");
        Resume(request, asked.By.At(now), now);
        return CommandOutcome.Accepted;
    }

    private void Resume(Request request, Change by, DateTimeOffset now)
    {
        Override(request, o => o with { Pause = null });
        Changed(request.Id, "unpaused", "its instances start again", by);
        PlanNextFire(request.Id, now);
        Balance(request.Id, now);
    }

    /// <summary>Turning it on makes what runs healthy; turning it off changes nothing of what runs.</summary>
    private CommandOutcome SkipHealth(Request request, SkipHealthAsked asked, DateTimeOffset now)
    {
        if (!IsLongRunning(request.Kind))
            return NotFor(request, "told to skip health checks");
        var change = asked.By.At(now);
        Override(request, o => o with { SkipHealth = asked.Skip ? new SkipHealthOverride(change) : null });
        Changed(request.Id, asked.Skip ? "health-skipped" : "health-checked", asked.Skip ? "running is enough" : "readiness is checked", change);
        if (!asked.Skip)
            return CommandOutcome.Accepted;
        foreach (var id in state.DeploysOf(request.Id).Where(d => d.KeepsRunning).SelectMany(d => state.TasksOf(d.Id)).Select(t => t.Id).ToList())
        {
            if (!state.Tasks.TryGetValue(id, out var task) || task.HealthyAt is not null || task.KillCause is not null)
                continue;
            var skipping = task with { SkipHealth = true };
            state.Save(skipping);
            if (task.Phase == TaskPhase.Running)
                BecameHealthy(skipping, now);
        }

        return CommandOutcome.Accepted;
    }

    private CommandOutcome Prioritise(Request request, PriorityAsked asked, DateTimeOffset now)
    {
        if (asked.Priority is < 0 or > 1)
            return CommandOutcome.Unfit("priority-out-of-range", "A priority is a number from 0 to 1.");
        var change = asked.By.At(now);
        var was = request.Overrides.Priority;
        var before = change.Until is null ? null : was is { Change.Until: not null } ? was.Before : was?.Priority;
        Override(request, o => o with { Priority = asked.Priority is { } p ? new PriorityOverride(p, before, change) : null });
        Changed(request.Id, "priority-changed", asked.Priority is { } set
            ? string.Create(CultureInfo.InvariantCulture, $"priority {set:0.##}") : "the priority of its deploy", change);
        return CommandOutcome.Accepted;
    }

    private CommandOutcome ExitCooldown(Request request, CooldownEnded asked, DateTimeOffset now)
    {
        if (request.Overrides.Cooldown is null)
            return CommandOutcome.Conflict("not-cooling-down", $"Request {request.Id} is not in cooldown.");
        EndCooldown(request, asked.By.At(now));
        foreach (var task in state.DeploysOf(request.Id).SelectMany(d => state.TasksOf(d.Id)).Where(t => t is
            { Phase: TaskPhase.Pending, NotBefore: not null }).ToList())
        {
            timers.Cancel(TimerKind.NotBefore, task.Id);
            state.Save(task with { NotBefore = null });
        }

        return CommandOutcome.Accepted;
    }

    /// <summary>What had a time to end has reached it.</summary>
    private void OverridesPassed(string requestId, DateTimeOffset now)
    {
        if (!state.Requests.TryGetValue(requestId, out var request))
            return;
        bool Over(Change? change) => change?.Until <= now;
        var by = new Change(Self, "its time was over", now, null);
        if (request.Overrides is { Scale: { } scale } && Over(scale.Change))
            RevertScale(request, scale, scale.Before ?? CurrentDeploy(request)?.Spec.Instances ?? 0, by, now);
        if (Over(state.Requests[requestId].Overrides.Pause?.Change))
            Resume(state.Requests[requestId], by, now);
        if (Over(state.Requests[requestId].Overrides.Bounce?.Change))
            CallOffBounce(state.Requests[requestId], by, now);
        request = state.Requests[requestId];
        if (Over(request.Overrides.SkipHealth?.Change))
        {
            Override(request, o => o with { SkipHealth = null });
            Changed(requestId, "health-checked", "readiness is checked again", by);
        }

        request = state.Requests[requestId];
        if (request.Overrides.Priority is { } priority && Over(priority.Change))
        {
            Override(request, o => o with { Priority = priority.Before is { } p ? new PriorityOverride(p, null, by) : null });
            Changed(requestId, "priority-ended", "the priority from before holds again", by);
        }

        WatchOverrides(state.Requests[requestId]);
    }

    private void Override(Request request, Func<RequestOverrides, RequestOverrides> change)
    {
        var changed = state.Requests[request.Id] with { Overrides = change(state.Requests[request.Id].Overrides) };
        state.Save(changed);
        WatchOverrides(changed);
    }

    private void WatchOverrides(Request request)
    {
        var o = request.Overrides;
        Change?[] changes = [o.Scale?.Change, o.Pause?.Change, o.SkipHealth?.Change, o.Priority?.Change, o.Bounce?.Change];
        if (changes.Min(c => c?.Until) is { } first)
            timers.Set(TimerKind.Override, request.Id, first);
        else
            timers.Cancel(TimerKind.Override, request.Id);
    }

    private void Changed(string requestId, string what, string detail, Change change) => state.Append(
        new RequestChanged(settings.Cluster, requestId, what, detail, change.Reason, change.Until), change.By,
        SubjectOf(state.Requests[requestId]));

    private JournalSubject SubjectOf(Request request) => new()
    {
        Cluster = settings.Cluster,
        Deployable = request.Kind == RequestKind.RunOnce ? null : CurrentDeploy(request)?.Spec.Subject.Deployable ?? request.Id,
    };

    private Deploy? CurrentDeploy(Request request) =>
        state.Deploys.GetValueOrDefault(request.ActiveDeploy ?? "") ?? state.Deploys.GetValueOrDefault(request.PendingDeploy ?? "");

    private static bool IsLongRunning(RequestKind kind) => kind is RequestKind.Service or RequestKind.Worker;

    private static CommandOutcome NotFor(Request request, string what) =>
        CommandOutcome.Unfit("wrong-kind", $"Request {request.Id} is of kind {Word(request.Kind)} and cannot be {what}.");

    private static string Numbers(int from, int to) => string.Create(CultureInfo.InvariantCulture, $"from {from} to {to} instances");
}
