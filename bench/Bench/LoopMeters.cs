using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Pipeline.Scheduler.Monitoring;

namespace Pipeline.Bench;

/// <summary>Hears what a leader measures of its own loop.</summary>
internal sealed class LoopMeters : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentQueue<double> commits = new();

    public LoopMeters()
    {
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == SchedulerMetrics.MeterName)
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            if (instrument.Name == "pipeline.scheduler.loop.lag")
                Lag.Enqueue(TimeSpan.FromSeconds(value));
            else if (instrument.Name == "pipeline.scheduler.commit.duration")
                commits.Enqueue(value);
        });
        listener.Start();
    }

    public ConcurrentQueue<TimeSpan> Lag { get; } = new();

    public string Commits => string.Create(
        CultureInfo.InvariantCulture,
        $"{commits.Count} of together {commits.Sum():0.0} s, the longest {commits.DefaultIfEmpty().Max():0.00} s");

    public void Dispose() => listener.Dispose();
}
