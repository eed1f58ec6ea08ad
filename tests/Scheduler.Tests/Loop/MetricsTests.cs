using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

public sealed class MetricsTests
{
    [Fact]
    public async Task A_leader_shows_its_loop_by_the_names_that_dashboards_and_alerts_use()
    {
        await using var harness = await LoopHarness.CreateAsync();
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == SchedulerMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, harness.Meters))
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((i, value, _, _) => seen[i.Name] = value);
        listener.SetMeasurementEventCallback<long>((i, value, _, _) => seen[i.Name] = value);
        listener.Start();
        var master = new ScriptedMaster();
        harness.Start(master.Connect);
        await harness.Commands.RunOnceAsync(Machine.Build(), CancellationToken.None);
        await harness.BecomesAsync("build.1.1.1", "pending");
        master.Offer();
        await harness.BecomesAsync("build.1.1.1", "launching");
        master.Update("build.1.1.1", Mesos.TaskState.Running);
        await harness.BecomesAsync("build.1.1.1", "running");
        string[] names =
        [
            "pipeline.leader", "pipeline.epoch", "pipeline.scheduler.loop.lag", "pipeline.scheduler.launches", "pipeline.scheduler.offers.held",
            "pipeline.scheduler.tasks", "pipeline.scheduler.pending.age", "pipeline.scheduler.effects.queue", "pipeline.scheduler.queue",
            "pipeline.scheduler.commit.duration", "pipeline.scheduler.acknowledgements", "pipeline.scheduler.reconcile.age",
        ];
        await Eventually.IsTrueAsync(
            () =>
            {
                listener.RecordObservableInstruments();
                return Task.FromResult(names.All(seen.ContainsKey));
            },
            TimeSpan.FromSeconds(20), "every instrument was seen");
        Assert.Equal((1, 1, 1), (seen["pipeline.leader"], seen["pipeline.epoch"], seen["pipeline.scheduler.launches"]));
    }
}
