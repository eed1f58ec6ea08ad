using System.Diagnostics;
using System.Globalization;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Git;

/// <summary>A commit with a date that .NET cannot hold. Git takes any number of seconds; libgit2sharp fails on such an author.</summary>
internal static class FarCommit
{
    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Who wrote it and when, from the text of the commit; a date out of range is the first or the last that there is.</summary>
    /// <param name="mirror">The bare repository that holds it.</param>
    /// <param name="facts">All but author and dates.</param>
    public static CommitFacts Complete(string mirror, CommitFacts facts)
    {
        var text = TextOf(mirror, facts.Sha).Replace("\0", "", StringComparison.Ordinal);
        var header = text.Split('\n').TakeWhile(l => l.Length > 0).ToList();
        var (name, email, authored) = PersonIn(header, "author ");
        var committed = PersonIn(header, "committer ").At;
        return facts with { AuthorName = name, AuthorEmail = email, AuthoredAt = authored, CommittedAt = committed };
    }

    /// <summary>A line such as <c>author Eleni &lt;eleni@example.org&gt; 1700000000 +0200</c>, read as far as it goes.</summary>
    private static (string Name, string Email, DateTimeOffset At) PersonIn(IReadOnlyList<string> header, string key)
    {
        var line = header.FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))?[key.Length..] ?? "";
        var (open, close) = (line.IndexOf('<', StringComparison.Ordinal), line.LastIndexOf('>'));
        return open < 0 || close < open
            ? (line.Trim(), "", DateTimeOffset.UnixEpoch)
            : (line[..open].Trim(), line[(open + 1)..close], DateOf(line[(close + 1)..].Trim().Split(' ')[0]));
    }

    private static DateTimeOffset DateOf(string seconds) =>
        long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(value, First, Last))
            : DateTimeOffset.UnixEpoch;

    // Rare, and in the middle of reads that do not wait: git's own program, to its end.
    private static string TextOf(string mirror, CommitSha sha)
    {
        var start = new ProcessStartInfo("git", [$"--git-dir={mirror}", "-c", "safe.directory=*", "cat-file", "commit", sha.ToString()])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? text
            : throw new InvalidOperationException($"git cat-file of commit {sha} failed (exit {process.ExitCode}).");
    }
}
