using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.People;
using Pipeline.Server.Api;

namespace Pipeline.Server.Tests.Docs;

/// <summary>
/// How <c>/metrics</c> prints what the parts of the server measure. The scheduler's tests hold its metrics to the guide by these names.
/// </summary>
public sealed class MetricsEndpointTests
{
    [Theory]
    [InlineData("# TYPE pipeline_part_calls_total counter")]
    [InlineData("pipeline_part_calls_total{cluster=\"test\"} 3")]
    [InlineData("# TYPE pipeline_part_lag_seconds histogram")]
    [InlineData("pipeline_part_lag_seconds_bucket{cluster=\"test\",le=\"0.001\"} 0")]
    [InlineData("pipeline_part_lag_seconds_bucket{cluster=\"test\",le=\"60\"} 1")]
    [InlineData("pipeline_part_lag_seconds_bucket{cluster=\"test\",le=\"+Inf\"} 1")]
    [InlineData("pipeline_part_lag_seconds_count{cluster=\"test\"} 1")]
    [InlineData("# TYPE pipeline_part_queue gauge")]
    [InlineData("pipeline_part_queue{cluster=\"test\",state=\"running\"} 7")]
    [InlineData("# TYPE pipeline_leader gauge")]
    [InlineData("# TYPE pipeline_part_age_seconds gauge")]
    public async Task A_metric_is_printed_by_its_name_unit_kind_and_labels(string line)
    {
        var lines = (await ScrapeAsync()).Split('\n').Select(WithoutScope).ToList();
        Assert.Contains(lines, l => l == line || l.StartsWith(line + " ", StringComparison.Ordinal));
    }

    private static async Task<string> ScrapeAsync()
    {
        var folder = Directory.CreateTempSubdirectory("metrics-test-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> 
        {
            ["DataDirectory"] = folder, ["People:ReadWithoutSignIn"] = "true",
        });
        builder.Services.AddKernel("Host=/nowhere");
        builder.Services.AddSingleton<EventFlow>(_ => { });
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddPeople(builder.Configuration);
        builder.Services.AddPipelineMetrics();
        builder.Services.AddMetrics();
        await using var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapPipelineMetrics();
        await app.StartAsync(TestContext.Current.CancellationToken);
        Measure(app.Services.GetRequiredService<IMeterFactory>().Create("Pipeline"));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var scraped = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Directory.Delete(folder, recursive: true);
        return scraped;
    }

    private static void Measure(Meter meter)
    {
        KeyValuePair<string, object?> cluster = new("cluster", "test"), state = new("state", "running");
        meter.CreateCounter<long>("pipeline.part.calls", "{call}", "Calls.").Add(3, cluster);
        meter.CreateHistogram(
            "pipeline.part.lag", "s", "Lag.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 60] })
            .Record(0.5, cluster);
        meter.CreateObservableGauge("pipeline.part.queue", () => new Measurement<long>(7, cluster, state), "{input}", "Queue.");
        meter.CreateObservableGauge("pipeline.leader", () => new Measurement<double>(1, cluster), null, "Leads.");
        meter.CreateObservableGauge("pipeline.part.age", () => new Measurement<double>(2, cluster), "s", "Age.");
    }

    // The exporter names the meter among the labels.
    private static string WithoutScope(string line) => line.Replace("otel_scope_name=\"Pipeline\",", "", StringComparison.Ordinal);
}
