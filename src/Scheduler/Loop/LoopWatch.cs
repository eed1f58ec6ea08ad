using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Loop;

/// <summary>Measures the steps of one term, on its thread.</summary>
internal sealed class LoopWatch(SchedulerMetrics metrics, LoopTerm term)
{
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);

    private readonly List<(TimeSpan Waited, Mesos.TaskStatus? Update)> heard = [];
    private readonly TimeProvider time = term.Time;
    private readonly WorstLately updateLag = new(term.Time);
    private readonly WorstLately acknowledgementLag = new(term.Time);
    private Dictionary<string, long> tasks = [];
    private long countedAt;
    private long askedAt = term.Time.GetTimestamp();
    private TimeSpan committed;

    /// <summary>After the last step.</summary>
    public LoopGauges? Gauges { get; private set; }

    /// <summary>One input of the step, with the time stamp of when it was heard.</summary>
    public void Took(SchedulerInput input, long heardAt) => heard.Add((
        time.GetElapsedTime(heardAt), input is MasterEventReceived { Event: TaskUpdated { Status: { Uuid: not null } status } } ? status : null));

    public void Committed(long began) => committed = time.GetElapsedTime(began);

    public void SetAside(int objects) => metrics.SetAside(term.Cluster, objects);

    public void Gone() => metrics.Gone(term.Cluster);

    /// <param name="began">When the step began: what it heard has waited since a bit longer.</param>
    public void Turned(ClusterMachine machine, Effects effects, long began, int queue, int effectsQueue)
    {
        var now = time.GetUtcNow();
        Measure(time.GetElapsedTime(began), now);
        metrics.Sent(term.Cluster, effects);
        if (effects.Sends.Exists(s => s is Call { Message: ReconcileTasks }))
            askedAt = time.GetTimestamp();
        if (countedAt == 0 || time.GetElapsedTime(countedAt) > CountEvery)
        {
            countedAt = time.GetTimestamp();
            tasks = machine.State.Tasks.Values.GroupBy(t => t.Phase).ToDictionary(g => Data.RowText.Kebab(g.Key.ToString()), g => g.LongCount());
        }

        Gauges = new LoopGauges(
            term.Epoch, machine.Held.Count, machine.Held.Count == 0 ? 0 : (now - machine.Held.Min(h => h.Since)).TotalSeconds,
            queue, effectsQueue, machine.State.Pending.Count == 0 ? 0 : (now - machine.State.Pending.First().At).TotalSeconds,
            time.GetElapsedTime(askedAt).TotalSeconds, tasks)
        {
            At = now, Subscribed = machine.Framework.State == FrameworkState.Subscribed, UpdateLag = updateLag.Value,
            AcknowledgementLag = acknowledgementLag.Value,
        };
        metrics.Show(term.Cluster, Gauges);
    }

    private void Measure(TimeSpan step, DateTimeOffset now)
    {
        metrics.Turned(term.Cluster, heard.Select(h => h.Waited + step), committed);
        foreach (var (waited, update) in heard)
        {
            if (update is null)
                continue;
            var handled = waited + step;
            // The agent's clock may be ahead of ours.
            var travelled = update.Timestamp is { } made ? (now - made) - handled : (TimeSpan?)null;
            if (travelled < TimeSpan.Zero)
                travelled = TimeSpan.Zero;
            metrics.Updated(term.Cluster, travelled, handled);
            acknowledgementLag.Add(handled);
            if (travelled is { } lag)
                updateLag.Add(lag);
        }

        heard.Clear();
        committed = TimeSpan.Zero;
    }
}
