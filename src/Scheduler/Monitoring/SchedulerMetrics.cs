using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Monitoring;

/// <summary>The metrics of the loops that this process leads. Labels: cluster and state only, never a task.</summary>
internal sealed class SchedulerMetrics
{
    public const string MeterName = "Pipeline";

    private readonly ConcurrentDictionary<string, LoopGauges> loops = new(StringComparer.Ordinal);
    private readonly Histogram<double> lag;
    private readonly Histogram<double> updateLag;
    private readonly Histogram<double> acknowledgementLag;
    private readonly Histogram<double> commit;
    private readonly Counter<long> launches;
    private readonly Counter<long> acknowledgements;
    private readonly Counter<long> revives;
    private readonly Counter<long> declines;
    private readonly Counter<long> quarantined;
    private readonly Counter<long> fenced;

    public SchedulerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        lag = Times(meter, "pipeline.scheduler.loop.lag", "From receiving an input to its commit and sends.");
        updateLag = Times(meter, "pipeline.scheduler.update.lag", "From an agent's update, by its clock, to receiving it.");
        acknowledgementLag = Times(meter, "pipeline.scheduler.acknowledgement.lag",
            "From receiving an update to its commit and acknowledgement.");
        commit = Times(meter, "pipeline.scheduler.commit.duration", "Of one group commit.");
        launches = meter.CreateCounter<long>("pipeline.scheduler.launches", "{task}", "Tasks launched.");
        acknowledgements = meter.CreateCounter<long>("pipeline.scheduler.acknowledgements", "{update}", "Updates acknowledged.");
        revives = meter.CreateCounter<long>("pipeline.scheduler.revives", "{call}", "Times that offers were requested.");
        declines = meter.CreateCounter<long>("pipeline.scheduler.offers.declined", "{offer}", "Offers given back, by reason.");
        quarantined = meter.CreateCounter<long>("pipeline.scheduler.quarantined", "{object}",
            "Objects that could not be processed and were put into quarantine.");
        fenced = meter.CreateCounter<long>("pipeline.scheduler.fenced", "{term}",
            "Terms ended because another server leads: its writes were refused.");
        Gauge(meter, "pipeline.leader", null, "This process leads the cluster.", _ => 1);
        Gauge(meter, "pipeline.subscribed", null, "1: its framework is subscribed to the master.", g => g.Subscribed ? 1 : 0);
        Gauge(meter, "pipeline.epoch", null, "The epoch of the term.", g => g.Epoch);
        Gauge(meter, "pipeline.scheduler.offers.held", "{offer}", "Offers held now.", g => g.OffersHeld);
        Gauge(meter, "pipeline.scheduler.offers.hold.time", "s", "How long the oldest offer has been held.", g => g.OldestOffer);
        Gauge(meter, "pipeline.scheduler.queue", "{input}", "Inputs received and not handled yet.", g => g.Queue);
        Gauge(meter, "pipeline.scheduler.effects.queue", "{call}", "Calls that wait to be sent.", g => g.EffectsQueue);
        Gauge(meter, "pipeline.scheduler.pending.age", "s", "How long the oldest task has waited for a place.", g => g.OldestPending);
        Gauge(meter, "pipeline.scheduler.reconcile.age", "s", "Since the last reconciliation request.", g => g.SinceReconcile);
        meter.CreateObservableGauge("pipeline.scheduler.tasks", () => loops.SelectMany(l => l.Value.Tasks.Select(t => new Measurement<long>(
            t.Value, new KeyValuePair<string, object?>("cluster", l.Key), new KeyValuePair<string, object?>("state", t.Key)))),
            "{task}", "Live tasks by state.");
    }

    public void Show(string cluster, LoopGauges gauges) => loops[cluster] = gauges;

    public void Remove(string cluster) => loops.TryRemove(cluster, out _);

    public void StepDone(string cluster, IEnumerable<TimeSpan> waited, TimeSpan committed)
    {
        var label = new KeyValuePair<string, object?>("cluster", cluster);
        foreach (var time in waited)
            lag.Record(time.TotalSeconds, label);
        if (committed > TimeSpan.Zero)
            commit.Record(committed.TotalSeconds, label);
    }

    public void Sent(string cluster, Effects effects)
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
            }
        }

        foreach (var (reason, offers) in effects.Declines)
            declines.Add(offers, label, new KeyValuePair<string, object?>("reason", Data.RowText.Kebab(reason.ToString())));
    }

    /// <summary>An update that wants an acknowledgement, after its step.</summary>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="travelled">From the agent to us; null when it has no time.</param>
    /// <param name="handled">From its arrival to the sends.</param>
    public void Updated(string cluster, TimeSpan? travelled, TimeSpan handled)
    {
        var label = new KeyValuePair<string, object?>("cluster", cluster);
        if (travelled is { } time)
            updateLag.Record(time.TotalSeconds, label);
        acknowledgementLag.Record(handled.TotalSeconds, label);
    }

    public void Quarantined(string cluster, int objects) => quarantined.Add(objects, new KeyValuePair<string, object?>("cluster", cluster));

    public void Fenced(string cluster) => fenced.Add(1, new KeyValuePair<string, object?>("cluster", cluster));

    // The collector's own bounds are made for milliseconds.
    private static Histogram<double> Times(Meter meter, string name, string what) => meter.CreateHistogram(
        name, "s", what, null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
        });

    private void Gauge(Meter meter, string name, string? unit, string what, Func<LoopGauges, double> value) => meter.CreateObservableGauge(
        name, () => loops.Select(l => new Measurement<double>(value(l.Value), new KeyValuePair<string, object?>("cluster", l.Key))), unit,
            what);
}

/// <summary>How a loop stood after its last step. Ages in seconds.</summary>
internal sealed record LoopGauges(
    long Epoch, int OffersHeld, double OldestOffer, int Queue, int EffectsQueue, double OldestPending, double SinceReconcile,
    IReadOnlyDictionary<string, long> Tasks)
{
    public DateTimeOffset At { get; init; }

    public bool Subscribed { get; init; }

    /// <summary>The maximum of the last minute or two: from the agent to us. Null: there was no update.</summary>
    public TimeSpan? UpdateLag { get; init; }

    /// <summary>The same, from arrival to acknowledgement.</summary>
    public TimeSpan? AcknowledgementLag { get; init; }
}
