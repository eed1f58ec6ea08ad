using LibGit2Sharp;
using Pipeline.Kernel;
using GitRepository = LibGit2Sharp.Repository;

namespace Pipeline.GitWebhooks.Git;

/// <summary>Parts of a commit as a tree of their own, and the tar that git makes of it.</summary>
internal sealed class Snapshots(Mirror mirror)
{
    private const string Attributes = ".gitattributes";
    private static readonly LibGit2Sharp.Signature Archiver = new(
        "pipeline", "pipeline@localhost", new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The tree of the paths (of all when there are none) with the attributes of the folders above them: they say how the files
    /// below are written out. Equal ids are equal bytes of <see cref="ArchiveAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">The mirror does not hold the commit, or there is nothing at a path.</exception>
    public string TreeOf(RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths)
    {
        using var git = mirror.Open(repository);
        return Build(git, sha, paths).Sha;
    }

    /// <summary>Submodules below the paths, by their path. Git packs an empty folder for each.</summary>
    public async Task<IReadOnlyList<string>> SubmodulesAsync(RepositoryId repository, string tree, CancellationToken ct)
    {
        var listed = await ListAsync(repository, tree, ct);
        return PathsIn(listed, entry => entry.StartsWith("160000 "u8));
    }

    /// <summary>Paths that git itself writes nowhere, by a name in them: <c>.git</c>, <c>.</c> or <c>..</c>. No commit of git has
    /// one.</summary>
    public async Task<IReadOnlyList<string>> IllegalPathsAsync(RepositoryId repository, string tree, CancellationToken ct) =>
        PathsIn(await ListAsync(repository, tree, ct), entry =>
        {
            var path = entry[(entry.IndexOf((byte)'\t') + 1)..];
            foreach (var part in path.Split((byte)'/'))
            {
                if (path[part].SequenceEqual("."u8) || path[part].SequenceEqual(".."u8) || path[part].Length == 0
                    || System.Text.Ascii.EqualsIgnoreCase(path[part], ".git"u8))
                    return true;
            }

            return false;
        });

    /// <summary>Writes a tar of the paths at the commit: the same tree is the same bytes, whatever commit it is read at. <c>git archive</c>
    /// is the fastest means measured.</summary>
    public async Task ArchiveAsync(
        RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths, string targetFile, CancellationToken ct)
    {
        if (!mirror.Contains(repository, sha))
            throw CommitReader.NotHeld(sha);
        string snapshot;
        using (var git = mirror.Open(repository))
        {
            // git archive writes the commit's id and its time into the tar: a commit made of the contents alone, at a fixed time, has both.
            var tree = Build(git, sha, paths);
            snapshot = git.ObjectDatabase.CreateCommit(Archiver, Archiver, "source", tree, [], prettifyMessage: false).Sha;
        }

        await GitProgram.RunAsync(mirror.PathOf(repository), ["archive", "--format=tar", "-o", targetFile, snapshot], ct);
    }

    private static Tree Build(GitRepository git, CommitSha sha, IReadOnlyList<string> paths)
    {
        var tree = Mirror.TreeOf(git, sha);
        var clean = paths.Select(p => p.Trim('/')).ToList();
        if (clean.Count == 0 || clean.Exists(p => p is "" or "."))
            return tree;
        var wanted = new TreeDefinition();
        foreach (var path in clean.Where(p => !clean.Exists(other => p.StartsWith(other + "/", StringComparison.Ordinal))))
        {
            wanted.Add(path, tree[path] ?? throw new InvalidOperationException($"There is no '{path}' at commit {sha}."));
            for (var above = ParentOf(path); above is not null; above = ParentOf(above))
            {
                var name = above.Length == 0 ? Attributes : $"{above}/{Attributes}";
                if (tree[name] is { TargetType: TreeEntryTargetType.Blob } attributes)
                    wanted.Add(name, attributes);
            }
        }

        return git.ObjectDatabase.CreateTree(wanted);
    }

    private static string? ParentOf(string path) =>
        path.Length == 0 ? null : path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    private Task<byte[]> ListAsync(RepositoryId repository, string tree, CancellationToken ct) =>
        GitProgram.RunAsync(mirror.PathOf(repository), ["ls-tree", "-r", "-z", "--full-tree", tree], ct);

    // "160000 commit <id>\t<path>", each ended by a NUL.
    private static List<string> PathsIn(ReadOnlySpan<byte> listed, Func<ReadOnlySpan<byte>, bool> wanted)
    {
        var found = new List<string>();
        foreach (var part in listed.Split((byte)0))
        {
            var entry = listed[part];
            if (entry.Length > 0 && wanted(entry))
                found.Add(Kernel.Text.ByteText.Show(entry[(entry.IndexOf((byte)'\t') + 1)..]));
        }

        return found;
    }
}
