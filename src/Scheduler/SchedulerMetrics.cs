using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core;

namespace Pipeline.Scheduler;

/// <summary>What a leader shows of its loop. Labels: cluster and state only, never a task.</summary>
internal sealed class SchedulerMetrics
{
    public const string MeterName = "Pipeline";

    private readonly ConcurrentDictionary<string, LoopGauges> loops = new(StringComparer.Ordinal);
    private readonly Histogram<double> lag;
    private readonly Histogram<double> updateLag;
    private readonly Histogram<double> commit;
    private readonly Counter<long> launches;
    private readonly Counter<long> acknowledgements;
    private readonly Counter<long> revives;
    private readonly Counter<long> declines;
    private readonly Counter<long> aside;

    public SchedulerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        lag = meter.CreateHistogram<double>("pipeline.scheduler.loop.lag", "s", "From hearing something to its commit and sends.");
        updateLag = meter.CreateHistogram<double>("pipeline.scheduler.update.lag", "s", "From an agent's update to its acknowledgement being sent.");
        commit = meter.CreateHistogram<double>("pipeline.scheduler.commit.duration", "s", "Of one group commit.");
        launches = meter.CreateCounter<long>("pipeline.scheduler.launches", "{task}", "Tasks launched.");
        acknowledgements = meter.CreateCounter<long>("pipeline.scheduler.acknowledgements", "{update}", "Updates acknowledged.");
        revives = meter.CreateCounter<long>("pipeline.scheduler.revives", "{call}", "Times that offers were asked for.");
        declines = meter.CreateCounter<long>("pipeline.scheduler.offers.declined", "{offer}", "Offers given back.");
        aside = meter.CreateCounter<long>("pipeline.scheduler.quarantined", "{object}", "Objects that could not be digested.");
        Gauge(meter, "pipeline.leader", null, "This process leads the cluster.", _ => 1);
        Gauge(meter, "pipeline.epoch", null, "The epoch of the term.", g => g.Epoch);
        Gauge(meter, "pipeline.scheduler.offers.held", "{offer}", "Offers held now.", g => g.OffersHeld);
        Gauge(meter, "pipeline.scheduler.offers.hold.time", "s", "How long the oldest offer has been held.", g => g.OldestOffer);
        Gauge(meter, "pipeline.scheduler.queue", "{input}", "Heard and not looked at yet.", g => g.Queue);
        Gauge(meter, "pipeline.scheduler.effects.queue", "{call}", "Calls that wait to be sent.", g => g.EffectsQueue);
        Gauge(meter, "pipeline.scheduler.pending.age", "s", "How long the oldest task has waited for a place.", g => g.OldestPending);
        Gauge(meter, "pipeline.scheduler.reconcile.age", "s", "Since tasks were last asked about.", g => g.SinceReconcile);
        meter.CreateObservableGauge("pipeline.scheduler.tasks", () => loops.SelectMany(l => l.Value.Tasks.Select(t => new Measurement<long>(
            t.Value, new KeyValuePair<string, object?>("cluster", l.Key), new KeyValuePair<string, object?>("state", t.Key)))),
            "{task}", "Live tasks by state.");
    }

    public void Show(string cluster, LoopGauges gauges) => loops[cluster] = gauges;

    public void Gone(string cluster) => loops.TryRemove(cluster, out _);

    public void Turned(string cluster, IReadOnlyList<TimeSpan> waited, TimeSpan committed)
    {
        var label = new KeyValuePair<string, object?>("cluster", cluster);
        foreach (var time in waited)
            lag.Record(time.TotalSeconds, label);
        if (committed > TimeSpan.Zero)
            commit.Record(committed.TotalSeconds, label);
    }

    public void Sent(string cluster, Effects effects, DateTimeOffset now)
    {
        var label = new KeyValuePair<string, object?>("cluster", cluster);
        foreach (var send in effects.Sends)
        {
            switch (send)
            {
                case Launch launch:
                    launches.Add(launch.Tasks.Count, label);
                    break;
                case Call { Message: AcknowledgeUpdate }:
                    acknowledgements.Add(1, label);
                    break;
                case Call { Message: ReviveOffers }:
                    revives.Add(1, label);
                    break;
                case Call { Message: DeclineOffers decline }:
                    declines.Add(decline.OfferIds.Count, label);
                    break;
            }
        }

        foreach (var update in effects.Statuses.Where(s => s.Status is { Uuid: not null, Timestamp: not null }))
            updateLag.Record(Math.Max(0, (now - update.Status.Timestamp!.Value).TotalSeconds), label);
    }

    public void SetAside(string cluster, int objects) => aside.Add(objects, new KeyValuePair<string, object?>("cluster", cluster));

    private void Gauge(Meter meter, string name, string? unit, string what, Func<LoopGauges, double> value) => meter.CreateObservableGauge(
        name, () => loops.Select(l => new Measurement<double>(value(l.Value), new KeyValuePair<string, object?>("cluster", l.Key))), unit, what);
}

/// <summary>How a loop stood after its last step. Ages in seconds.</summary>
internal sealed record LoopGauges(
    long Epoch, int OffersHeld, double OldestOffer, int Queue, int EffectsQueue, double OldestPending, double SinceReconcile,
    IReadOnlyDictionary<string, long> Tasks);
