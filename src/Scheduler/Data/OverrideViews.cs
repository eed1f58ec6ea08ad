using System.Globalization;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Data;

/// <summary>What people did to a request, in words.</summary>
internal static class OverrideViews
{
    public static IReadOnlyList<RequestChangeView> Of(RequestOverrides o)
    {
        var views = new List<RequestChangeView>();
        void Add(string what, string value, Change c) =>
            views.Add(new RequestChangeView(what, value, c.By.ToString(), c.Reason, c.Since, c.Until));
        if (o.Scale is { } scale)
            Add("scale", string.Create(CultureInfo.InvariantCulture, $"{scale.Instances} instances"), scale.Change);
        if (o.Pause is { } pause)
            Add("pause", pause.Kill ? "its tasks were killed" : "its tasks run on and are not replaced", pause.Change);
        if (o.SkipHealth is { } skip)
            Add("skip-health", "running is enough", skip.Change);
        if (o.Priority is { } priority)
            Add("priority", priority.Priority.ToString("0.##", CultureInfo.InvariantCulture), priority.Change);
        if (o.Bounce is { } bounce)
            Add("bounce", bounce.Incremental
                ? string.Create(CultureInfo.InvariantCulture, $"{bounce.AtATime} at a time, {bounce.Waiting.Count} wait")
                : "all instances", bounce.Change);
        if (o.Cooldown is { } cooldown)
            views.Add(new RequestChangeView("cooldown", "new starts wait", "system:scheduler", cooldown.Reason, cooldown.Since, null));
        return views;
    }

    /// <returns>Null: each request decides.</returns>
    public static PlacementForcedView? Of(PlacementForced forced) =>
        forced is { Strategy: null, RackSensitive: null } or { Change: null }
            ? null
            : new PlacementForcedView(
                forced.Strategy is { } strategy ? RowText.Kebab(strategy.ToString()) : null, forced.RackSensitive, forced.Change.By.ToString(),
                forced.Change.Reason, forced.Change.Since);

    public static PriorityFreezeView Of(PriorityFreeze freeze) => new(
        freeze.Level, freeze.Kill, freeze.Change.By.ToString(), freeze.Change.Reason, freeze.Change.Since, freeze.Change.Until);
}
