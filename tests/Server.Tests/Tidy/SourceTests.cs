using System.Text.RegularExpressions;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Tidy;

/// <summary>Reads the sources and lists every offence with its remedy.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 400;
    private const int LongestLine = 160;

    [Fact]
    public void No_file_is_longer_than_400_lines()
    {
        var offences = SourceTree.CSharp("src").Concat(SourceTree.CSharp("tests")).Concat(SourceTree.CSharp("bench"))
            .Select(f => (File: SourceTree.Relative(f), Lines: File.ReadLines(f).Count()))
            .Where(f => f.Lines > LongestFile)
            .Select(f => $"{f.File} has {f.Lines} lines: a concept is missing, find it and give it a file");

        Assert.Empty(offences);
    }

    [Fact]
    public void No_line_is_longer_than_160_characters()
    {
        var offences = SourceTree.CSharp("src")
            .SelectMany(f => File.ReadLines(f).Select((line, i) => (At: $"{SourceTree.Relative(f)}:{i + 1}", line.Length)))
            .Where(l => l.Length > LongestLine)
            .Select(l => $"{l.At} has {l.Length} characters");

        Assert.Empty(offences);
    }

    [Fact]
    public void Core_is_pure()
    {
        string[] impure = ["Npgsql", "Dapper", "HttpClient", "System.IO.File.", "TimeProvider.System", "Hangfire", "Microsoft.AspNetCore", "Process.Start"];
        var offences = SourceTree.CSharp("src")
            .Where(f => SourceTree.Relative(f).Contains("/Core/", StringComparison.Ordinal))
            .SelectMany(f => impure.Where(word => File.ReadAllText(f).Contains(word, StringComparison.Ordinal))
                .Select(word => $"{SourceTree.Relative(f)} uses {word}: take it as an argument, or move the file out of Core"));

        Assert.Empty(offences);
    }

    [Fact]
    public void Nothing_is_left_half_done()
    {
        string[] signs = ["NotImplementedException", "TO" + "DO", "FIX" + "ME", "HA" + "CK", "Thread.Sleep", "async void", "#region"];
        var offences = SourceTree.CSharp("src")
            .SelectMany(f => File.ReadLines(f).Select((line, i) => (At: $"{SourceTree.Relative(f)}:{i + 1}", Line: line)))
            .SelectMany(l => signs.Where(s => l.Line.Contains(s, StringComparison.Ordinal)).Select(s => $"{l.At} says {s}"));

        Assert.Empty(offences);
    }

    [Fact]
    public void Every_file_that_ARCHITECTURE_names_exists()
    {
        var text = File.ReadAllText(System.IO.Path.Combine(RepositoryRoot.Path, "ARCHITECTURE.md"));
        var offences = NamedPath().Matches(text)
            .Select(m => m.Groups[1].Value.TrimEnd('/'))
            .Where(path => !System.IO.Path.Exists(System.IO.Path.Combine(RepositoryRoot.Path, path)))
            .Select(path => $"ARCHITECTURE.md names {path}, which does not exist");

        Assert.Empty(offences);
    }

    [Fact]
    public void Every_slice_says_what_it_owns()
    {
        var offences = new[] { "GitWebhooks", "BuildRunner", "ArtifactStore", "Scheduler", "DeployStages" }
            .Select(slice => System.IO.Path.Combine(RepositoryRoot.Path, "src", slice, "README.md"))
            .Where(readme => !File.Exists(readme) || File.ReadLines(readme).Count() > 60)
            .Select(readme => $"{SourceTree.Relative(readme)} is missing or over 60 lines");

        Assert.Empty(offences);
    }

    [GeneratedRegex("`((?:src|tests|bench|pipelines|docs)/[A-Za-z0-9_./-]*)`")]
    private static partial Regex NamedPath();
}
