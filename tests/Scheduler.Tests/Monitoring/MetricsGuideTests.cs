using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Monitoring;

/// <summary>The scheduler's metrics against <c>docs/mesos.md</c> and <c>docs/alerts.yaml</c>.</summary>
public sealed partial class MetricsGuideTests : IDisposable
{
    private static readonly string[] Suffixes = ["_bucket", "_sum", "_count"];

    private readonly RecordedMetrics recorded = new();

    public MetricsGuideTests() => recorded.MeasureEverything();

    public void Dispose() => recorded.Dispose();

    [Fact]
    public void The_guide_describes_exactly_the_metrics_that_are_measured_with_their_labels()
    {
        var described = File.ReadLines(Doc("mesos.md")).Select(line => Row().Match(line)).Where(m => m.Success)
            .ToDictionary(m => m.Groups["name"].Value, m => Names(m.Groups["labels"].Value), StringComparer.Ordinal);

        Assert.Equal(recorded.Instruments.Keys.Order(StringComparer.Ordinal), described.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, labels) in described)
        {
            var measured = recorded.Measurements.Where(m => m.Name == name).ToList();
            Assert.NotEmpty(measured);
            Assert.All(measured, m => Assert.Equal(labels, m.Labels.Keys.Order(StringComparer.Ordinal)));
        }
    }

    [Fact]
    public void The_guide_states_the_kind_of_each_metric()
    {
        foreach (var match in File.ReadLines(Doc("mesos.md")).Select(line => Row().Match(line)).Where(m => m.Success))
        {
            var instrument = recorded.Instruments[match.Groups["name"].Value];
            var kind = instrument switch { Counter<long> => "counter", Histogram<double> => "histogram", _ => "gauge" };
            Assert.Equal((instrument.Name, kind), (instrument.Name, match.Groups["kind"].Value.Trim()));
        }
    }

    [Fact]
    public async Task Every_alert_queries_metrics_and_states_that_exist_and_the_guide_says_what_to_do()
    {
        var rules = await File.ReadAllTextAsync(Doc("alerts.yaml"), TestContext.Current.CancellationToken);
        var guide = await File.ReadAllTextAsync(Doc("mesos.md"), TestContext.Current.CancellationToken);
        var queried = Queried().Matches(rules).Select(m => Family(m.Value)).Distinct().ToList();

        Assert.Empty(queried.Except(recorded.Instruments.Keys));
        // What is not worth an alert is not worth a metric.
        Assert.Empty(recorded.Instruments.Keys.Except(queried));
        var labels = recorded.Measurements.SelectMany(m => m.Labels).Select(l => $"{l.Key}=\"{l.Value}\"")
            .ToHashSet(StringComparer.Ordinal);
        foreach (Match match in LabelValue().Matches(rules))
            Assert.Contains(match.Value, labels);
        var alerts = Alert().Matches(rules).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(alerts.Count, alerts.Distinct().Count());
        Assert.Equal(alerts, GuideRow().Matches(guide).Select(m => m.Groups[1].Value));
    }

    [Fact]
    public void Times_have_buckets_from_a_millisecond_to_minutes()
    {
        var times = recorded.Instruments.Values.OfType<Histogram<double>>().ToList();
        Assert.Equal(4, times.Count);
        Assert.All(times, h => Assert.Subset(h.Advice!.HistogramBucketBoundaries!.ToHashSet(),
            new HashSet<double> { 0.001, 0.1, 1, 60, 300 }));
    }

    private static string Family(string sample) =>
        Suffixes.FirstOrDefault(s => sample.EndsWith(s, StringComparison.Ordinal)) is { } suffix ? sample[..^suffix.Length] : sample;

    private static List<string> Names(string cell) => [.. Code().Matches(cell).Select(m => m.Groups[1].Value)
        .Order(StringComparer.Ordinal)];

    private static string Doc(string name) => Path.Combine(RepositoryRoot.Path, "docs", name);

    [GeneratedRegex(@"^\| `(?<name>pipeline_[a-z_]+)` \| (?<kind>[^|]*) \| (?<unit>[^|]*) \| (?<labels>[^|]*) \|")]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("(?:state|reason)=\"[a-z-]+\"")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"\bpipeline_[a-z_]+")]
    private static partial Regex Queried();

    [GeneratedRegex("- alert: ([A-Za-z]+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"^\| `(Pipeline[A-Za-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex GuideRow();
}
