using Pipeline.Mesos;
using Pipeline.Scheduler.Core;

namespace Pipeline.Scheduler.Loop;

/// <summary>Measures the steps of one term, on its thread.</summary>
internal sealed class LoopWatch(SchedulerMetrics metrics, LoopTerm term)
{
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);

    private readonly List<TimeSpan> waited = [];
    private readonly TimeProvider time = term.Time;
    private Dictionary<string, long> tasks = [];
    private long countedAt;
    private long askedAt = term.Time.GetTimestamp();
    private TimeSpan committed;

    /// <summary>One input of the step, with the time stamp of when it was heard.</summary>
    public void Took(long heardAt) => waited.Add(time.GetElapsedTime(heardAt));

    public void Committed(long began) => committed = time.GetElapsedTime(began);

    public void SetAside(int objects) => metrics.SetAside(term.Cluster, objects);

    public void Gone() => metrics.Gone(term.Cluster);

    /// <param name="began">When the step began: what it heard has waited since a bit longer.</param>
    public void Turned(ClusterMachine machine, Effects effects, long began, int queue, int effectsQueue)
    {
        var took = time.GetElapsedTime(began);
        for (var i = 0; i < waited.Count; i++)
            waited[i] += took;
        metrics.Turned(term.Cluster, waited, committed);
        waited.Clear();
        committed = TimeSpan.Zero;
        var now = time.GetUtcNow();
        metrics.Sent(term.Cluster, effects, now);
        if (effects.Sends.Exists(s => s is Call { Message: ReconcileTasks }))
            askedAt = time.GetTimestamp();
        if (countedAt == 0 || time.GetElapsedTime(countedAt) > CountEvery)
        {
            countedAt = time.GetTimestamp();
            tasks = machine.State.Tasks.Values.GroupBy(t => t.Phase).ToDictionary(g => Data.RowText.Kebab(g.Key.ToString()), g => g.LongCount());
        }

        metrics.Show(term.Cluster, new LoopGauges(
            term.Epoch, machine.Held.Count, machine.Held.Count == 0 ? 0 : (now - machine.Held.Min(h => h.Since)).TotalSeconds,
            queue, effectsQueue, machine.State.Pending.Count == 0 ? 0 : (now - machine.State.Pending.First().At).TotalSeconds,
            time.GetElapsedTime(askedAt).TotalSeconds, tasks));
    }
}
