using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Targets;

/// <summary>Changes the overrides of a request, and keeps the one timer that wakes when the next of them is over.</summary>
internal sealed class OverrideChanges(ClusterState state, ClusterJournal journal)
{
    public void Set(string requestId, Func<RequestOverrides, RequestOverrides> change)
    {
        var request = state.Requests[requestId];
        var changed = request with { Overrides = change(request.Overrides) };
        state.Save(changed);
        Watch(changed);
    }

    /// <summary>The same, with its event.</summary>
    public void Set(string requestId, Func<RequestOverrides, RequestOverrides> change, string what, string detail, Change by)
    {
        Set(requestId, change);
        journal.Request(requestId, what, detail, by);
    }

    public void Watch(Request request)
    {
        var o = request.Overrides;
        Change?[] changes = [o.Scale?.Change, o.Pause?.Change, o.SkipHealth?.Change, o.Priority?.Change, o.Bounce?.Change];
        if (changes.Min(c => c?.Until) is { } first)
            state.Timers.Set(TimerKind.Override, request.Id, first);
        else
            state.Timers.Cancel(TimerKind.Override, request.Id);
    }
}
