using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>Advances a bounce: its next instances leave when the limit allows, and it is finished when every instance is
/// replaced.</summary>
internal sealed class BounceProgress(ClusterState state, OverrideChanges overrides, LeavingTasks leaving)
{
    /// <returns>Whether more instances are leaving now, so that the request must be balanced.</returns>
    public bool Continue(string requestId, DateTimeOffset now)
    {
        if (state.Requests[requestId].Overrides.Bounce is not { } bounce)
            return false;
        // For a full bounce it is enough to know that one is left.
        var under = state.DeploysOf(requestId).SelectMany(d => leaving.Of(d.Id))
            .Where(t => t.Leaving!.Cause is LeaveCause.Bounce or LeaveCause.IncrementalBounce).Take(bounce.Incremental ? int.MaxValue : 1)
                .Count();
        var waiting = bounce.Waiting.Where(id => state.Tasks.TryGetValue(id, out var t) && t is { Leaving: null, KillCause: null })
            .ToList();
        if (under + waiting.Count == 0)
        {
            overrides.Set(requestId, o => o with { Bounce = null }, "bounce-finished", "every instance is a new one",
                new Change(ClusterJournal.Scheduler, null, now, null));
            return false;
        }

        var next = bounce.Incremental ? waiting.Take(Math.Max(0, bounce.AtATime - under)).ToList() : [];
        if (next.Count == 0)
            return false;
        overrides.Set(requestId, o => o with { Bounce = bounce with { Waiting = [.. waiting.Skip(next.Count)] } });
        foreach (var id in next)
            leaving.Mark(state.Tasks[id], LeaveCause.IncrementalBounce,
                $"bounced by {bounce.Change.By}{Wording.Because(bounce.Change.Reason)}", now);
        return true;
    }
}
