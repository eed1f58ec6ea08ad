using System.Globalization;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>Explains to people why tasks are not placed. Kept once for all tasks of a shape, and refreshed at most once a second in
/// large clusters.</summary>
internal sealed class PlacementReasons(ClusterState state, WhyReports reports, TaskShapes shapes, OfferPool offers, OfferDemand demand)
{
    private const int FewAgents = 200;
    private const int FewTasks = 50;
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RowInterval = TimeSpan.FromSeconds(30);

    /// <summary>What the task rows say, by shape: updated less often than the report itself.</summary>
    private readonly Dictionary<string, WhyReport> onRows = new(StringComparer.Ordinal);

    public void Explain(TaskShape shape, List<TaskRecord> tasks, PlacementPlanner planner, DateTimeOffset now)
    {
        reports.KeepWaiting(shape.Key);
        var before = reports.Find(shape.Key);
        if (before is null || now - before.At >= ReportInterval || state.Agents.Count <= FewAgents)
            reports.Put(PlacementWhy.Of(shape, planner, state.Agents.Values, state.Forced, Silence(planner), before, now));
        SaveOnRows(shape.Key, tasks, now);
    }

    public void ExplainSilence(List<TaskRecord> due, DateTimeOffset now)
    {
        var text = $"not connected to the master: {state.Framework.Detail ?? "subscribing"}";
        foreach (var group in due.GroupBy(t => shapes.Of(t).Key))
        {
            reports.KeepWaiting(group.Key);
            reports.Put(new WhyReport(group.Key, text, [new WhyBlocker("not-connected", text)], now));
            SaveOnRows(group.Key, [.. group], now);
        }

        ForgetOld();
    }

    public void ForgetOld()
    {
        foreach (var key in reports.ForgetOld())
            onRows.Remove(key);
    }

    // Task rows are written only when the reason changed, and rarely when many tasks wait.
    private void SaveOnRows(string key, List<TaskRecord> tasks, DateTimeOffset now)
    {
        if (!onRows.TryGetValue(key, out var last) || tasks.Count <= FewTasks || now - last.At >= RowInterval)
            onRows[key] = last = reports.Find(key)!;
        foreach (var task in tasks)
        {
            if (task.Shape != key)
                state.Save(task with { Shape = key, Why = last.Summary });
            else
                state.SaveWhy(task, last.Summary);
        }
    }

    /// <summary>What is known about the agents that do not offer.</summary>
    private string? Silence(PlacementPlanner planner)
    {
        if (!demand.IsAsking)
            return "offers are asked for";
        var quiet = state.Agents.Values.Where(a => a.State == AgentState.Active && planner.SlotOf(a.Id) is null).ToList();
        var refused = quiet.Select(a => offers.RefusedFor(a.Id)).OfType<TimeSpan>().ToList();
        var silent = quiet.Count - refused.Count;
        var texts = new List<string>();
        if (refused.Count > 0)
            texts.Add(string.Create(CultureInfo.InvariantCulture,
                $"{refused.Count} offered too little and come again within {refused.Max().TotalSeconds:0} s, or when more is free"));
        if (silent > 0)
            texts.Add(string.Create(CultureInfo.InvariantCulture, $"{silent} offer nothing: they are full, or other frameworks hold them"));
        return texts.Count == 0 ? null : string.Join("; ", texts);
    }
}
