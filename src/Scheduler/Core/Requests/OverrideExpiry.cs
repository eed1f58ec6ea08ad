using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Requests;

/// <summary>Ends temporary overrides when they expire.</summary>
internal sealed class OverrideExpiry(ClusterState state, OverrideChanges overrides, Scales scales, Pauses pauses, Bounces bounces)
{
    public void Passed(string requestId, DateTimeOffset now)
    {
        if (!state.Requests.ContainsKey(requestId))
            return;
        bool IsOver(Change? change) => change?.Until <= now;
        Request Current() => state.Requests[requestId];
        var by = new Change(ClusterJournal.Scheduler, "its time was over", now, null);
        if (Current().Overrides.Scale is { } scale && IsOver(scale.Change))
            scales.Expire(Current(), scale, by, now);
        if (IsOver(Current().Overrides.Pause?.Change))
            pauses.Resume(Current(), by, now);
        if (IsOver(Current().Overrides.Bounce?.Change))
            bounces.CallOff(Current(), by, now);
        if (IsOver(Current().Overrides.SkipHealth?.Change))
            overrides.Set(requestId, o => o with { SkipHealth = null }, "health-checked", "readiness is checked again", by);
        if (Current().Overrides.Priority is { } priority && IsOver(priority.Change))
        {
            var before = priority.Before is { } p ? new PriorityOverride(p, null, by) : null;
            overrides.Set(requestId, o => o with { Priority = before }, "priority-ended", "the priority from before holds again", by);
        }

        overrides.Watch(Current());
    }
}
