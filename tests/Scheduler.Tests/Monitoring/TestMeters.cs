using System.Diagnostics.Metrics;

namespace Pipeline.Scheduler.Tests.Monitoring;

/// <summary>Meters of one test, seen by nobody else.</summary>
internal sealed class TestMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options.Name, options.Version, options.Tags, this);

    public void Dispose()
    {
    }
}
