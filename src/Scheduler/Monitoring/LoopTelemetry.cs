using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Monitoring;

/// <summary>Measures the steps of one term, on its thread.</summary>
internal sealed class LoopTelemetry(SchedulerMetrics metrics, LoopTerm term)
{
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);

    private readonly List<(TimeSpan Waited, Mesos.TaskStatus? Update)> received = [];
    private readonly TimeProvider time = term.Time;
    private readonly SlidingMaximum updateLag = new(term.Time);
    private readonly SlidingMaximum acknowledgementLag = new(term.Time);
    private Dictionary<string, long> tasks = [];
    private long countedAt;
    private long reconciledAt = term.Time.GetTimestamp();
    private TimeSpan committed;

    /// <summary>After the last step.</summary>
    public LoopGauges? Gauges { get; private set; }

    /// <summary>One input of the step, with the time stamp of its arrival.</summary>
    public void Received(SchedulerInput input, long arrivedAt) => received.Add((
        time.GetElapsedTime(arrivedAt), input is MasterEventReceived { Event: TaskUpdated { Status: { Uuid: not null } status } } ? status
            : null));

    public void Committed(long began) => committed = time.GetElapsedTime(began);

    public void Quarantined(int objects) => metrics.Quarantined(term.Cluster, objects);

    /// <summary>The term is over: this process shows nothing of the cluster any more.</summary>
    public void Remove() => metrics.Remove(term.Cluster);

    /// <param name="machine">The machine after the step.</param>
    /// <param name="effects">What the step decided.</param>
    /// <param name="began">When the step began: its inputs arrived somewhat earlier.</param>
    /// <param name="queue">Inputs that wait.</param>
    /// <param name="effectsQueue">Calls that wait to be sent.</param>
    public void StepDone(ClusterMachine machine, Effects effects, long began, int queue, int effectsQueue)
    {
        var now = time.GetUtcNow();
        Measure(time.GetElapsedTime(began), now);
        metrics.Sent(term.Cluster, effects);
        if (effects.Sends.Exists(s => s is Call { Message: ReconcileTasks }))
            reconciledAt = time.GetTimestamp();
        if (countedAt == 0 || time.GetElapsedTime(countedAt) > CountEvery)
        {
            countedAt = time.GetTimestamp();
            tasks = machine.State.Tasks.Values.GroupBy(t => t.Phase).ToDictionary(g => RowText.Kebab(g.Key.ToString()), g => g.LongCount());
        }

        Gauges = new LoopGauges(
            term.Epoch, machine.Held.Count, machine.Held.Count == 0 ? 0 : (now - machine.Held.Min(h => h.Since)).TotalSeconds,
            queue, effectsQueue, machine.State.Pending.Count == 0 ? 0 : (now - machine.State.Pending.First().At).TotalSeconds,
            time.GetElapsedTime(reconciledAt).TotalSeconds, tasks)
        {
            At = now, Subscribed = machine.Framework.State == FrameworkState.Subscribed, UpdateLag = updateLag.Value,
            AcknowledgementLag = acknowledgementLag.Value,
        };
        metrics.Show(term.Cluster, Gauges);
    }

    private void Measure(TimeSpan step, DateTimeOffset now)
    {
        metrics.StepDone(term.Cluster, received.Select(r => r.Waited + step), committed);
        foreach (var (waited, update) in received)
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

        received.Clear();
        committed = TimeSpan.Zero;
    }
}
