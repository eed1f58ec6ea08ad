using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Core.State;

/// <summary>The reasons in force, by key; each change goes into the effects. A key that nobody uses any more is forgotten.</summary>
internal sealed class WhyReports(ClusterState state)
{
    private readonly SortedDictionary<string, WhyReport> reports = new(StringComparer.Ordinal);
    private readonly HashSet<string> waiting = new(StringComparer.Ordinal);
    private readonly HashSet<string> drains = new(StringComparer.Ordinal);

    public WhyReport? Find(string key) => reports.GetValueOrDefault(key);

    public void Put(WhyReport report)
    {
        if (report.SaysTheSameAs(Find(report.Key)))
            return;
        reports[report.Key] = report;
        state.Effects.Whys[report.Key] = report;
    }

    /// <summary>Something of this shape waits in this round.</summary>
    public void KeepWaiting(string key) => waiting.Add(key);

    /// <summary>An agent is being emptied.</summary>
    public void KeepDrain(string key) => drains.Add(key);

    /// <summary>The drains of all other agents are over.</summary>
    public void EndOtherDrains(IEnumerable<string> keys) => drains.IntersectWith(keys);

    /// <summary>The round is over: what did not wait in it has no reason any more.</summary>
    /// <returns>The keys that were forgotten.</returns>
    public IReadOnlyList<string> ForgetOld()
    {
        var old = reports.Keys.Where(k => !waiting.Contains(k) && !drains.Contains(k)).ToList();
        foreach (var key in old)
        {
            reports.Remove(key);
            state.Effects.Whys[key] = null;
        }

        waiting.Clear();
        return old;
    }
}
