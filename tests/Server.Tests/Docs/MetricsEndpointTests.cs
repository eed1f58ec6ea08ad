using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.Server.Api;

namespace Pipeline.Server.Tests.Docs;

public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task Metrics_have_the_names_that_dashboards_and_alerts_ask_for()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = System.IO.Path.GetTempPath() });
        builder.Services.AddKernel("Host=/nowhere");
        builder.Services.AddSingleton<EventFlow>(_ => { });
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddPipelineAuth();
        builder.Services.AddPipelineMetrics();
        await using var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapPipelineMetrics();
        await app.StartAsync(TestContext.Current.CancellationToken);

        var meter = app.Services.GetRequiredService<IMeterFactory>().Create("Pipeline");
        meter.CreateHistogram<double>("pipeline.scheduler.loop.lag", "s").Record(0.01, new KeyValuePair<string, object?>("cluster", "test"));
        meter.CreateCounter<long>("pipeline.scheduler.launches", "{task}").Add(3, new KeyValuePair<string, object?>("cluster", "test"));
        meter.CreateObservableGauge("pipeline.leader", () => new Measurement<double>(1, new KeyValuePair<string, object?>("cluster", "test")));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("pipeline_scheduler_loop_lag_seconds_bucket{", text, StringComparison.Ordinal);
        Assert.Matches("pipeline_scheduler_launches_total{[^}]*cluster=\"test\"[^}]*} 3", text);
        Assert.Matches("\npipeline_leader{[^}]*cluster=\"test\"[^}]*} 1", text);
    }
}
