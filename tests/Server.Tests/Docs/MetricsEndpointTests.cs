using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.People;
using Pipeline.Scheduler;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Server.Api;
using Pipeline.Server.Tests.Tidy.Words;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Docs;

/// <summary>What <c>/metrics</c> prints against <c>docs/mesos.md</c> and <c>docs/alerts.yaml</c>.</summary>
public sealed partial class MetricsEndpointTests
{
    private static readonly string[] Suffixes = ["_bucket", "_sum", "_count"];

    [Fact]
    public async Task The_guide_describes_exactly_the_metrics_that_are_printed_with_their_labels()
    {
        var text = await ScrapeAsync();
        var described = File.ReadLines(Doc("mesos.md")).Select(line => Row().Match(line)).Where(m => m.Success)
            .ToDictionary(m => m.Groups["name"].Value, m => Names(m.Groups["labels"].Value), StringComparer.Ordinal);

        Assert.Equal(Printed(text).Order(StringComparer.Ordinal), described.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, labels) in described)
            Assert.Equal(labels, LabelsOf(text, name));
    }

    [Fact]
    public async Task Every_alert_asks_for_metrics_and_states_that_exist_and_the_guide_says_what_to_do()
    {
        var text = await ScrapeAsync();
        var printed = Printed(text);
        var rules = await File.ReadAllTextAsync(Doc("alerts.yaml"), TestContext.Current.CancellationToken);
        var guide = await File.ReadAllTextAsync(Doc("mesos.md"), TestContext.Current.CancellationToken);
        var asked = Asked().Matches(rules).Select(m => Family(m.Value)).Distinct().ToList();

        Assert.Empty(asked.Except(printed));
        // What is not worth an alert is not worth a metric.
        Assert.Empty(printed.Except(asked));
        foreach (Match match in LabelValue().Matches(rules))
            Assert.Contains(match.Value, text, StringComparison.Ordinal);
        var alerts = Alert().Matches(rules).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(alerts.Count, alerts.Distinct().Count());
        Assert.Equal(alerts, GuideRow().Matches(guide).Select(m => m.Groups[1].Value));
    }

    [Fact]
    public async Task Times_have_buckets_from_a_millisecond_to_minutes()
    {
        var text = await ScrapeAsync();
        foreach (var bound in new[] { "0.001", "0.1", "1", "60", "+Inf" })
            Assert.Contains($"le=\"{bound}\"", text.Split('\n').Where(l => l.StartsWith("pipeline_scheduler_loop_lag_seconds_bucket", StringComparison.Ordinal))
                .Aggregate(string.Concat), StringComparison.Ordinal);
    }

    // The real meters of a scheduler that went through everything that it measures, behind the real endpoint.
    private static async Task<string> ScrapeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = System.IO.Path.GetTempPath() });
        builder.Services.AddKernel("Host=/nowhere");
        builder.Services.AddSingleton<EventFlow>(_ => { });
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddPeople();
        builder.Services.AddPipelineMetrics();
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<SchedulerMetrics>();
        await using var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapPipelineMetrics();
        await app.StartAsync(TestContext.Current.CancellationToken);
        Measure(app.Services.GetRequiredService<SchedulerMetrics>());
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        return await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private static void Measure(SchedulerMetrics metrics)
    {
        var effects = new Effects();
        effects.Sends.Add(new Launch("a1", ["o1"], [], TimeSpan.Zero));
        effects.Sends.Add(new Call(new AcknowledgeUpdate("a1", "t1", [1])));
        effects.Sends.Add(new Call(new ReviveOffers(["pipeline"])));
        foreach (var reason in Enum.GetValues<DeclineReason>())
            effects.Declines.Add((reason, 1));
        metrics.Sent("test", effects);
        metrics.Turned("test", [TimeSpan.FromMilliseconds(3)], TimeSpan.FromMilliseconds(2));
        metrics.Updated("test", TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(3));
        metrics.SetAside("test", 1);
        metrics.Fenced("test");
        metrics.Show("test", new LoopGauges(
            1, 2, 3, 4, 5, 6, 7, Enum.GetValues<TaskPhase>().ToDictionary(p => Scheduler.Data.RowText.Kebab(p.ToString()), _ => 1L)));
    }

    private static List<string> Printed(string text) =>
        [.. Type().Matches(text).Select(m => m.Groups[1].Value).Where(n => n.StartsWith("pipeline_", StringComparison.Ordinal)).Distinct()];

    private static List<string> LabelsOf(string text, string family) =>
    [
        .. text.Split('\n').Where(l => l.Contains('{', StringComparison.Ordinal) && Family(l[..l.IndexOf('{', StringComparison.Ordinal)]) == family)
            .SelectMany(l => Label().Matches(l).Select(m => m.Groups[1].Value)).Distinct()
            .Where(l => l != "le" && !l.StartsWith("otel_", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    private static string Family(string sample) =>
        Suffixes.FirstOrDefault(s => sample.EndsWith(s, StringComparison.Ordinal)) is { } suffix ? sample[..^suffix.Length] : sample;

    private static List<string> Names(string cell) => [.. Code().Matches(cell).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal)];

    private static string Doc(string name) => System.IO.Path.Combine(RepositoryRoot.Path, "docs", name);

    [GeneratedRegex(@"^\| `(?<name>pipeline_[a-z_]+)` \| (?<kind>[^|]*) \| (?<unit>[^|]*) \| (?<labels>[^|]*) \|")]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^# TYPE (\S+) ", RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex("([a-z_]+)=\"")]
    private static partial Regex Label();

    [GeneratedRegex("(?:state|reason)=\"[a-z-]+\"")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"\bpipeline_[a-z_]+")]
    private static partial Regex Asked();

    [GeneratedRegex("- alert: ([A-Za-z]+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"^\| `(Pipeline[A-Za-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex GuideRow();
}
