using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using LibGit2Sharp;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Text;

namespace Pipeline.GitWebhooks.Git;

/// <summary>An author of a commit, as git names him.</summary>
internal readonly record struct CommitAuthor(string Name, string Email);

/// <summary>The commits between two others, and all who wrote one of them.</summary>
internal sealed record CommitRange(IReadOnlyList<string> Shas, IReadOnlyList<CommitAuthor> Authors);

/// <summary>How commits follow each other. Walks go by date and end at their limit, so that a long history costs nothing.</summary>
internal sealed class History(Mirror mirror)
{
    private const int KeptRanges = 256;
    private const int ShaLength = 40;
    private readonly ConcurrentDictionary<(RepositoryId Repository, CommitSha? From, CommitSha To), CommitRange> ranges = new();

    /// <summary>Commits reachable from <paramref name="to"/> and from none of <paramref name="known"/>, newest first, at most
    /// <paramref name="limit"/>.</summary>
    /// <param name="repository">Whose mirror is read.</param>
    /// <param name="known">Commits that the mirror does not hold are left out.</param>
    /// <param name="to">The mirror holds it.</param>
    /// <param name="limit">Of the answer.</param>
    public IReadOnlyList<CommitFacts> Log(RepositoryId repository, IEnumerable<CommitSha> known, CommitSha to, int limit)
    {
        using var git = mirror.Open(repository);
        var held = known.Where(k => Mirror.Holds(git, k)).Select(k => k.ToString()).ToList();
        try
        {
            var filter = new CommitFilter
            {
                IncludeReachableFrom = to.ToString(),
                ExcludeReachableFrom = held,
                SortBy = CommitSortStrategies.None, // by date as they are met; every other order walks to the end first
            };
            return [.. git.Commits.QueryBy(filter).Take(limit).Select(c => CommitReader.FactsOf(git, c))];
        }
        catch (LibGit2SharpException)
        {
            // Libgit2 ends at a commit that it cannot parse.
            var walked = GitProgram.Run(
                git.Info.Path,
                ["rev-list", $"--max-count={limit.ToString(CultureInfo.InvariantCulture)}", to.ToString(), .. held.Select(k => $"^{k}")]);
            return [.. Encoding.ASCII.GetString(walked).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(sha => CommitReader.FactsOf(git, CommitSha.Parse(sha)))];
        }
    }

    public CommitFacts Facts(RepositoryId repository, CommitSha sha)
    {
        using var git = mirror.Open(repository);
        return CommitReader.FactsOf(git, sha);
    }

    /// <summary>Every commit that <paramref name="to"/> has and <paramref name="from"/> has not, however many they are, by git's own
    /// program (half a million in seconds). Commits never change: what was read once is kept.</summary>
    /// <param name="repository">Whose mirror is read.</param>
    /// <param name="from">Null, or a commit that the mirror does not hold: the whole history.</param>
    /// <param name="to">The mirror holds it.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task<CommitRange> RangeAsync(RepositoryId repository, CommitSha? from, CommitSha to, CancellationToken ct)
    {
        var known = from is { } start && mirror.Contains(repository, start) ? from : null;
        if (ranges.TryGetValue((repository, known, to), out var kept))
            return kept;
        var output = await GitProgram.RunAsync(
            mirror.PathOf(repository),
            [
                "log", "-z", "--format=%H%n%an%n%ae", "--no-show-signature", to.ToString(),
                .. known is { } left ? [$"^{left}"] : Array.Empty<string>(),
            ],
            ct);
        var range = RangeIn(output);
        if (ranges.Count >= KeptRanges)
            ranges.Clear();
        ranges[(repository, known, to)] = range;
        return range;
    }

    private static CommitRange RangeIn(ReadOnlySpan<byte> output)
    {
        var shas = new List<string>();
        var authors = new HashSet<CommitAuthor>();
        foreach (var part in output.Split((byte)0))
        {
            var record = output[part];
            if (record.Length < ShaLength)
                continue;
            shas.Add(Encoding.ASCII.GetString(record[..ShaLength]));
            var (name, email) = Halves(record[(ShaLength + 1)..]);
            authors.Add(new CommitAuthor(ByteText.Decode(name, null), ByteText.Decode(email, null)));
        }

        return new CommitRange(shas, [.. authors]);
    }

    private static (byte[] Name, byte[] Email) Halves(ReadOnlySpan<byte> text)
    {
        var line = text.IndexOf((byte)'\n');
        return line < 0 ? (text.ToArray(), []) : (text[..line].ToArray(), text[(line + 1)..].ToArray());
    }
}
