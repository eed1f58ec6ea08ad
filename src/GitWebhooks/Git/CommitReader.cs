using System.Globalization;
using System.Text;
using LibGit2Sharp;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Text;
using GitCommit = LibGit2Sharp.Commit;
using GitRepository = LibGit2Sharp.Repository;

namespace Pipeline.GitWebhooks.Git;

/// <summary>What a commit says. Libgit2sharp takes every text for UTF-8 and fails at a date that .NET cannot hold or at an author that is
/// none: such commits are read from their bytes.</summary>
internal static class CommitReader
{
    /// <summary>The most characters of a commit's texts that are kept: a commit is for people to recognize, and git has the rest.</summary>
    private const int LongestMessage = 64 * 1024;
    private const int LongestLine = 4096;

    // A larger object is read up to there: all that is kept of it stands before, whatever its characters take.
    private const int LargestRead = 512 * 1024;

    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <exception cref="InvalidOperationException">The mirror does not hold it.</exception>
    public static CommitFacts FactsOf(GitRepository git, CommitSha sha)
    {
        try
        {
            return FactsOf(git, git.Lookup<GitCommit>(sha.ToString()) ?? throw NotHeld(sha));
        }
        catch (LibGit2SharpException)
        {
            return FromBytes(git, sha);
        }
    }

    public static CommitFacts FactsOf(GitRepository git, GitCommit commit)
    {
        var sha = CommitSha.Parse(commit.Sha);
        if (git.ObjectDatabase.RetrieveObjectMetadata(commit.Id).Size > LargestRead)
            return FromBytes(git, sha);
        try
        {
            var parents = commit.Parents.Select(p => CommitSha.Parse(p.Sha)).ToList();
            var (author, message) = (commit.Author, commit.Message);
            if (IsPlain(message) && IsPlain(author.Name) && IsPlain(author.Email)
                && commit.Encoding.Equals("UTF-8", StringComparison.OrdinalIgnoreCase))
            {
                return Kept(
                    sha, commit.MessageShort ?? "", message ?? "", (author.Name ?? "", author.Email ?? "", author.When),
                    commit.Committer.When, parents);
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            // A date out of range.
        }

        return FromBytes(git, sha);
    }

    public static InvalidOperationException NotHeld(CommitSha sha) => new($"The mirror does not hold commit {sha}: fetch it first.");

    /// <summary>The id of the commit's tree.</summary>
    public static string TreeIn(GitRepository git, CommitSha sha) =>
        Encoding.ASCII.GetString(GitProgram.Run(git.Info.Path, "rev-parse", "--verify", $"{sha}^{{tree}}")).Trim();

    // What is decoded as UTF-8 holds a replacement character where it is none. PostgreSQL text holds no NUL.
    private static bool IsPlain(string? text) => text is null || text.AsSpan().IndexOfAny('\uFFFD', '\0') < 0;

    private static CommitFacts FromBytes(GitRepository git, CommitSha sha)
    {
        ReadOnlySpan<byte> commit = GitProgram.RunFor(git.Info.Path, LargestRead, "cat-file", "commit", sha.ToString());
        var end = commit.IndexOf("\n\n"u8);
        var header = LinesOf(end < 0 ? commit : commit[..end]);
        var encoding = header.FirstOrDefault(l => l.AsSpan().StartsWith("encoding "u8)) is { } line
            ? Encoding.Latin1.GetString(line.AsSpan("encoding ".Length))
            : null;
        var parents = header.TakeWhile(l => !l.AsSpan().StartsWith("author "u8)).Where(l => l.AsSpan().StartsWith("parent "u8))
            .Select(l => CommitSha.Parse(Encoding.ASCII.GetString(l.AsSpan("parent ".Length)))).ToList();
        var message = end < 0 ? "" : ByteText.Decode(commit[(end + 2)..], encoding);
        var (author, committed) = (PersonIn(header, "author ", encoding), PersonIn(header, "committer ", encoding).At);
        if (end < 0 && commit.Length == LargestRead)
        {
            (author.At, committed) = DatesOf(git, sha);
            message = ByteText.Decode(GitProgram.RunFor(git.Info.Path, LargestRead, "log", "-1", "--format=%B", sha.ToString()), null);
        }

        return Kept(sha, SubjectOf(message), message, author, committed, parents);
    }

    // Of a commit whose header is larger than what is read of it.
    private static (DateTimeOffset Authored, DateTimeOffset Committed) DatesOf(GitRepository git, CommitSha sha)
    {
        var said = Encoding.ASCII.GetString(GitProgram.Run(git.Info.Path, "log", "-1", "--format=%at %ct", sha.ToString()));
        var dates = said.Trim().Split(' ');
        return (DateOf(dates[0]), DateOf(dates[^1]));
    }

    private static CommitFacts Kept(
        CommitSha sha, string subject, string message, (string Name, string Email, DateTimeOffset At) author, DateTimeOffset committed,
        IReadOnlyList<CommitSha> parents) => new(
            sha, ByteText.Cut(subject, LongestLine), ByteText.Cut(message, LongestMessage), ByteText.Cut(author.Name, LongestLine),
            ByteText.Cut(author.Email, LongestLine), author.At, committed, parents);

    private static List<byte[]> LinesOf(ReadOnlySpan<byte> header)
    {
        var lines = new List<byte[]>();
        foreach (var line in header.Split((byte)'\n'))
            lines.Add(header[line].ToArray());
        return lines;
    }

    // As git has it: the lines of the first paragraph, in one.
    private static string SubjectOf(string message) =>
        string.Join(' ', message.TrimStart('\n').Split('\n').TakeWhile(l => l.Trim().Length > 0).Select(l => l.TrimEnd()));

    /// <summary>A line such as <c>author Eleni &lt;eleni@example.org&gt; 1700000000 +0200</c>, read as far as it goes.</summary>
    private static (string Name, string Email, DateTimeOffset At) PersonIn(List<byte[]> header, string key, string? encoding)
    {
        var bytes = header.FirstOrDefault(l => l.AsSpan().StartsWith(Encoding.ASCII.GetBytes(key)));
        var line = bytes is null ? "" : ByteText.Decode(bytes.AsSpan(key.Length), encoding);
        var (open, close) = (line.IndexOf('<', StringComparison.Ordinal), line.LastIndexOf('>'));
        return open < 0 || close < open
            ? (line.Trim(), "", DateTimeOffset.UnixEpoch)
            : (line[..open].Trim(), line[(open + 1)..close], DateOf(line[(close + 1)..].Trim().Split(' ')[0]));
    }

    private static DateTimeOffset DateOf(string seconds) =>
        long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(value, First, Last))
            : DateTimeOffset.UnixEpoch;
}
