namespace Pipeline.Scheduler.Core;

// A bounce replaces every instance by a new one of the same deploy: all at once, or a few at a time.
internal sealed partial class ClusterMachine
{
    private CommandOutcome Bounce(Request request, BounceAsked asked, DateTimeOffset now)
    {
        if (!IsLongRunning(request.Kind))
            return NotFor(request, "bounced");
        if (request.Overrides.Bounce is { } under)
            return BounceUnderWay(request, under);
        if (request.Overrides.Pause is not null)
            return CommandOutcome.Conflict("request-paused", $"Request {request.Id} is paused: nothing would start again.");
        if (request.ActiveDeploy is null)
            return CommandOutcome.Conflict("nothing-deployed", $"Request {request.Id} has no deploy in force that could be bounced.");
        if (asked.AtATime < 1)
            return CommandOutcome.Unfit("at-a-time-out-of-range", "At least one instance at a time must be replaced.");
        var change = (asked.By with { For = asked.By.For ?? settings.BounceLasts }).At(now);
        StartBounce(request, asked.Incremental, asked.AtATime, asked.SkipHealth, change, now);
        return CommandOutcome.Accepted;
    }

    private static CommandOutcome BounceUnderWay(Request request, BounceOverride under) => CommandOutcome.Conflict(
        "bounce-under-way", $"Request {request.Id} is being bounced since {under.Change.Since:u}, by {under.Change.By}.");

    private void StartBounce(Request request, bool incremental, int atATime, bool skipHealth, Change change, DateTimeOffset now)
    {
        var running = request.ActiveDeploy is { } id
            ? state.TasksOf(id).Where(t => t.FillsPlace && t.KillCause is null && t.Phase != TaskPhase.Pending).OrderBy(t => t.Instance).ToList()
            : [];
        Override(request, o => o with
        {
            Bounce = new BounceOverride(incremental, atATime, skipHealth, incremental ? [.. running.Select(t => t.Id)] : [], change),
        });
        journal.Request(request.Id, "bounced", incremental ? $"{atATime} at a time" : "all instances", change);
        if (!incremental)
        {
            foreach (var task in running)
                MarkLeaving(task, LeaveCause.Bounce, $"bounced by {change.By}{Wording.Because(change.Reason)}", now);
        }

        Balance(request.Id, now);
    }

    /// <summary>Takes up the next instances, and ends the bounce when nothing of it is left.</summary>
    private void ContinueBounce(string requestId, DateTimeOffset now)
    {
        var request = state.Requests[requestId];
        if (request.Overrides.Bounce is not { } bounce)
            return;
        // Of a full one it is enough to know that there is one left.
        var leaving = state.DeploysOf(requestId).SelectMany(d => LeavingOf(d.Id))
            .Where(t => t.Leaving!.Cause is LeaveCause.Bounce or LeaveCause.IncrementalBounce).Take(bounce.Incremental ? int.MaxValue : 1).Count();
        var waiting = bounce.Waiting.Where(id => state.Tasks.TryGetValue(id, out var t) && t is { Leaving: null, KillCause: null }).ToList();
        var next = bounce.Incremental ? waiting.Take(Math.Max(0, bounce.AtATime - leaving)).ToList() : [];
        if (leaving + waiting.Count == 0)
        {
            Override(request, o => o with { Bounce = null });
            journal.Request(requestId, "bounce-finished", "every instance is a new one", now);
            return;
        }

        if (next.Count == 0)
            return;
        Override(request, o => o with { Bounce = bounce with { Waiting = [.. waiting.Skip(next.Count)] } });
        foreach (var id in next)
            MarkLeaving(state.Tasks[id], LeaveCause.IncrementalBounce, $"bounced by {bounce.Change.By}{Wording.Because(bounce.Change.Reason)}", now);
        Balance(requestId, now);
    }

    private CommandOutcome EndBounce(Request request, BounceEnded asked, DateTimeOffset now)
    {
        if (request.Overrides.Bounce is null)
            return CommandOutcome.Conflict("no-bounce", $"Request {request.Id} is not being bounced.");
        CallOffBounce(request, asked.By.At(now), now);
        return CommandOutcome.Accepted;
    }

    /// <summary>Old instances that still serve stay; replacements beside them that are not needed leave.</summary>
    private void CallOffBounce(Request request, Change by, DateTimeOffset now)
    {
        Override(request, o => o with { Bounce = null });
        journal.Request(request.Id, "bounce-ended", "instances that were not replaced yet stay", by);
        foreach (var task in state.DeploysOf(request.Id).SelectMany(d => state.TasksOf(d.Id)).ToList())
        {
            if (task is { KillCause: null, Leaving.Cause: LeaveCause.Bounce or LeaveCause.IncrementalBounce })
                state.Save(task with { Leaving = null });
        }

        Balance(request.Id, now);
    }
}
