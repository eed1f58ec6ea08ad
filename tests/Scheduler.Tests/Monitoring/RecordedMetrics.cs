using System.Diagnostics.Metrics;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Monitoring;

namespace Pipeline.Scheduler.Tests.Monitoring;

/// <summary>Every metric of a loop that went through everything that is measured, under the names that the Prometheus exporter
/// prints.</summary>
internal sealed class RecordedMetrics : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly TestMeters meters = new();

    public RecordedMetrics()
    {
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (!ReferenceEquals(instrument.Meter.Scope, meters))
                return;
            Instruments[NameOf(instrument)] = instrument;
            l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((i, value, labels, _) => Record(i, value, labels));
        listener.SetMeasurementEventCallback<long>((i, value, labels, _) => Record(i, value, labels));
        listener.Start();
        Metrics = new SchedulerMetrics(meters);
    }

    public SchedulerMetrics Metrics { get; }

    public Dictionary<string, Instrument> Instruments { get; } = new(StringComparer.Ordinal);

    public List<(string Name, double Value, Dictionary<string, string> Labels)> Measurements { get; } = [];

    public void Collect() => listener.RecordObservableInstruments();

    /// <summary>One of everything, in the cluster <c>test</c>.</summary>
    public void MeasureEverything()
    {
        var effects = new Effects();
        effects.Sends.Add(new Launch("a1", ["o1"], [], TimeSpan.Zero));
        effects.Sends.Add(new Call(new AcknowledgeUpdate("a1", "t1", [1])));
        effects.Sends.Add(new Call(new ReviveOffers(["pipeline"])));
        foreach (var reason in Enum.GetValues<DeclineReason>())
            effects.Declines.Add((reason, 1));
        Metrics.Sent("test", effects);
        Metrics.StepDone("test", [TimeSpan.FromMilliseconds(3)], TimeSpan.FromMilliseconds(2));
        Metrics.Updated("test", TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(3));
        Metrics.Quarantined("test", 1);
        Metrics.Fenced("test");
        Metrics.Show("test", new LoopGauges(
            1, 2, 3, 4, 5, 6, 7, Enum.GetValues<TaskPhase>().ToDictionary(p => RowText.Kebab(p.ToString()), _ => 1L)));
        Collect();
    }

    /// <summary>The exporter's rule, which <c>Server.Tests</c> holds to what <c>/metrics</c> prints.</summary>
    private static string NameOf(Instrument instrument) =>
        instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "")
        + (instrument.GetType().Name.StartsWith("Counter", StringComparison.Ordinal) ? "_total" : "");

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var copy = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, label) in labels)
            copy[key] = (string)label!;
        Measurements.Add((NameOf(instrument), value, copy));
    }

    public void Dispose() => listener.Dispose();
}
