using System.Text;
using LibGit2Sharp;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Text;

namespace Pipeline.GitWebhooks.Git;

/// <summary>Reads a file of a commit as a checkout would: over symbolic links, as long as they stay in the repository.</summary>
internal sealed class SourceFiles(Mirror mirror)
{
    private const int MostLinks = 10;

    public SourceFile Read(RepositoryId repository, CommitSha sha, string path, long maxBytes)
    {
        using var git = mirror.Open(repository);
        return Read(Mirror.TreeOf(git, sha), path, maxBytes);
    }

    private static SourceFile Read(Tree tree, string path, long maxBytes)
    {
        var at = path.Split('/').ToList();
        for (var links = 0; links <= MostLinks; links++)
        {
            var (depth, entry) = FirstThatIsNoFolder(tree, at);
            if (entry is null)
                return links == 0 ? new(SourceFileState.Missing, null, null) : Dangling(at);
            if (entry.Mode != Mode.SymbolicLink)
                return depth == at.Count ? FileOf(entry, maxBytes) : links == 0 ? new(SourceFileState.Missing, null, null) : Dangling(at);
            var bytes = BytesOf((Blob)entry.Target);
            if (ByteText.FirstNotUtf8(bytes) is not null)
                return new(SourceFileState.BadLink, null, $"it leads to '{ByteText.Show(bytes)}', a name that is not UTF-8");
            var target = Encoding.UTF8.GetString(bytes);
            if (target.StartsWith('/') || Follow(at, depth, target) is not { } next)
                return new(SourceFileState.BadLink, null, $"it leads to '{target}', which is outside of the repository");
            at = next;
        }

        return new(SourceFileState.BadLink, null, "it leads round in a circle, or over too many others");
    }

    private static SourceFile Dangling(List<string> at) =>
        new(SourceFileState.BadLink, null, $"it leads to '{string.Join('/', at)}', which is not in the repository at this commit");

    private static SourceFile FileOf(TreeEntry entry, long maxBytes)
    {
        if (entry.Target is not Blob blob)
            return new(entry.TargetType == TreeEntryTargetType.GitLink ? SourceFileState.Submodule : SourceFileState.Folder, null, null);
        if (blob.Size > maxBytes)
            return new(SourceFileState.TooLarge, null, $"it has {blob.Size:N0} bytes");
        return new(SourceFileState.File, BytesOf(blob), null);
    }

    private static byte[] BytesOf(Blob blob)
    {
        using var content = blob.GetContentStream();
        using var bytes = new MemoryStream((int)blob.Size);
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    // The first part of the path that is a link or a file, or the last one.
    private static (int Depth, TreeEntry? Entry) FirstThatIsNoFolder(Tree tree, List<string> path)
    {
        TreeEntry? entry = null;
        for (var depth = 1; depth <= path.Count; depth++)
        {
            entry = (depth == 1 ? tree : (Tree)entry!.Target)[path[depth - 1]];
            if (entry is null || entry.TargetType != TreeEntryTargetType.Tree)
                return (depth, entry);
        }

        return (path.Count, entry);
    }

    /// <returns>Null when it climbs out of the repository.</returns>
    private static List<string>? Follow(List<string> path, int depth, string target)
    {
        var at = path.Take(depth - 1).ToList();
        foreach (var part in target.Split('/').Concat(path.Skip(depth)).Where(p => p is not ("" or ".")))
        {
            if (part != "..")
                at.Add(part);
            else if (at.Count == 0)
                return null;
            else
                at.RemoveAt(at.Count - 1);
        }

        return at;
    }
}
