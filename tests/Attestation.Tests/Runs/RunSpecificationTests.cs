using System.Text.Json;
using Pipeline.Attestation.Runs;

namespace Pipeline.Attestation.Tests.Runs;

/// <summary>The canonical JSON that promotion statements sign for: one spelling, and every member counts.</summary>
public sealed class RunSpecificationTests
{
    private static readonly string Canonical = """
        {"artifact":{"bytes":7,"digest":"sha256:a","mediaType":"application/gzip","name":"serve"},"command":"./serve \u0026","cpus":0.5,
        "diskMb":100,"environment":{"A":"\u00E4","B":"","a":"1"},"health":{"delaySeconds":0,"healthyForSeconds":5,"http":"/healthz",
        "https":false,"intervalSeconds":1.5,"liveness":true,"livenessFailures":5,"portIndex":0,"startupSeconds":60,"successes":2,
        "timeoutSeconds":5},"image":"debian","killGraceSeconds":10,"limits":{"cpus":2},"memoryMb":256,"ports":1,"request":"web",
        "runLimitSeconds":60,"uris":[],"user":"app","version":1}
        """.ReplaceLineEndings("");

    public static readonly RunSpecification Sample = new(
        new RunArtifact(7, "sha256:a", "application/gzip", "serve"), "./serve &", 0.500m, 100.0m,
        new Dictionary<string, string> { ["a"] = "1", ["B"] = "", ["A"] = "ä" },
        new RunHealth(0, 5.0m, "/healthz", false, 1.50m, true, 5, null, null, 0, null, 60, 2, 5), "debian", 10, new RunLimits(2.0m, null),
        256, 1, "web", 60, [], "app");

    [Fact]
    public void There_is_one_spelling_and_it_is_written_down() => Assert.Equal(Canonical, Sample.ToCanonicalJson());

    [Fact]
    public void Members_are_in_ordinal_order_at_every_depth()
    {
        using var json = JsonDocument.Parse(Canonical);
        Assert.True(Ordered(json.RootElement));
    }

    [Fact]
    public void What_is_read_is_what_was_written()
    {
        var read = RunSpecification.TryParse(Canonical);
        Assert.Equal(Canonical, read!.ToCanonicalJson());
        Assert.Equal(RunSpecification.DigestOf(Canonical), Sample.ToDigest());
    }

    public static TheoryData<string> OtherTexts =>
    [
        "", "{", "null", "[]", "{}", Canonical + " ", Canonical.Replace("0.5", "0.50"), Canonical.Replace("\"version\":1", "\"version\":2"),
        Canonical.Replace("\"ports\":1", "\"ports\":1,\"ports\":1"), Canonical.Replace("\"ports\":1", "\"ports\":1,\"extra\":1"),
        Canonical.Replace("\\u00E4", "ä"), Canonical.Replace("\"uris\":[],", ""), Canonical.Replace("\"request\":\"web\",", ""),
        Canonical.Replace("\"user\":\"app\"", "\"user\":null"), Canonical.Replace("\"B\":\"\",\"a\":\"1\"", "\"a\":\"1\",\"B\":\"\""),
    ];

    [Theory]
    [MemberData(nameof(OtherTexts))]
    public void Every_other_text_is_refused(string text) => Assert.Null(RunSpecification.TryParse(text));

    [Fact]
    public void Every_member_is_part_of_the_digest_and_named_when_it_differs()
    {
        var changes = new Dictionary<string, RunSpecification>
        {
            ["artifact"] = Sample with { Artifact = Sample.Artifact with { Bytes = 8 } },
            ["command"] = Sample with { Command = "./evil" },
            ["cpus"] = Sample with { Cpus = 1 },
            ["disk"] = Sample with { DiskMb = 1 },
            ["environment"] = Sample with { Environment = new Dictionary<string, string>() },
            ["health"] = Sample with { Health = null },
            ["image"] = Sample with { Image = null },
            ["kill grace"] = Sample with { KillGraceSeconds = 1 },
            ["limits"] = Sample with { Limits = null },
            ["memory"] = Sample with { MemoryMb = 1 },
            ["ports"] = Sample with { Ports = 2 },
            ["request"] = Sample with { Request = "other" },
            ["run limit"] = Sample with { RunLimitSeconds = null },
            ["list of URIs"] = Sample with { Uris = ["http://evil"] },
            ["user"] = Sample with { User = "root" },
            ["version"] = Sample with { Version = 2 },
        };
        Assert.Equal(typeof(RunSpecification).GetProperties().Length, changes.Count);
        Assert.True(SpecificationCheck.Compare(Sample, Sample with { Cpus = 0.50m }).Ok);
        foreach (var (name, changed) in changes)
        {
            Assert.NotEqual(Sample.ToDigest(), changed.ToDigest());
            var outcome = SpecificationCheck.Compare(Sample, changed);
            Assert.Equal(
                (VerificationCode.SpecificationMismatch, $"The {name} to run is not what the promotion statement allows."),
                (outcome.Code, outcome.Detail));
        }
    }

    private static bool Ordered(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return true;
        var names = element.EnumerateObject().Select(p => p.Name).ToList();
        return names.SequenceEqual(names.Order(StringComparer.Ordinal)) && element.EnumerateObject().All(p => Ordered(p.Value));
    }
}
