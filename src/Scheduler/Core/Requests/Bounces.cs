using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Requests;

/// <summary>A bounce replaces every instance by a new one of the same deploy: all at once, or a few at a time.</summary>
internal sealed class Bounces(ClusterState state, CoreSettings settings, OverrideChanges overrides, Convergence convergence)
{
    public static CommandOutcome UnderWay(Request request, BounceOverride under) => CommandOutcome.Conflict(
        "bounce-under-way", $"Request {request.Id} is being bounced since {under.Change.Since:u}, by {under.Change.By}.");

    public CommandOutcome Handle(Request request, BounceCommand command, DateTimeOffset now)
    {
        if (!request.IsLongRunning)
            return CommandOutcome.WrongKind(request, "bounced");
        if (request.Overrides.Bounce is { } under)
            return UnderWay(request, under);
        if (request.Overrides.Pause is not null)
            return CommandOutcome.Conflict("request-paused", $"Request {request.Id} is paused: nothing would start again.");
        if (request.ActiveDeploy is null)
            return CommandOutcome.Conflict("nothing-deployed", $"Request {request.Id} has no deploy in force that could be bounced.");
        if (command.AtATime < 1)
            return CommandOutcome.Invalid("at-a-time-out-of-range", "At least one instance at a time must be replaced.");
        var change = (command.By with { For = command.By.For ?? settings.BounceLasts }).At(now);
        Start(request, command.Incremental, command.AtATime, command.SkipHealth, change, now);
        return CommandOutcome.Accepted;
    }

    public CommandOutcome Handle(Request request, EndBounceCommand command, DateTimeOffset now)
    {
        if (request.Overrides.Bounce is null)
            return CommandOutcome.Conflict("no-bounce", $"Request {request.Id} is not being bounced.");
        CallOff(request, command.By.At(now), now);
        return CommandOutcome.Accepted;
    }

    /// <summary>All at once, as a part of another change.</summary>
    public void StartFull(Request request, Change by, DateTimeOffset now) =>
        Start(request, false, 1, false, by with { Until = now + settings.BounceLasts }, now);

    /// <summary>Old instances that were not replaced yet stay; replacements that are not needed leave.</summary>
    public void CallOff(Request request, Change by, DateTimeOffset now)
    {
        overrides.Set(request.Id, o => o with { Bounce = null }, "bounce-ended", "instances that have not been replaced stay", by);
        foreach (var task in state.DeploysOf(request.Id).SelectMany(d => state.TasksOf(d.Id)).ToList())
        {
            if (task is { KillCause: null, Leaving.Cause: LeaveCause.Bounce or LeaveCause.IncrementalBounce })
                state.Save(task with { Leaving = null });
        }

        convergence.Balance(request.Id, now);
    }

    private void Start(Request request, bool incremental, int atATime, bool skipHealth, Change change, DateTimeOffset now)
    {
        var running = request.ActiveDeploy is { } id
            ? state.TasksOf(id).Where(t => t.FillsPlace && t.KillCause is null && t.Phase != TaskPhase.Pending).OrderBy(t => t.Instance)
                .ToList()
            : [];
        var bounce = new BounceOverride(incremental, atATime, skipHealth, incremental ? [.. running.Select(t => t.Id)] : [], change);
        overrides.Set(request.Id, o => o with { Bounce = bounce }, "bounced", incremental ? $"{atATime} at a time" : "all instances",
            change);
        if (!incremental)
        {
            foreach (var task in running)
                convergence.MarkLeaving(task, LeaveCause.Bounce, $"bounced by {change.By}{Wording.Because(change.Reason)}", now);
        }

        convergence.Balance(request.Id, now);
    }
}
