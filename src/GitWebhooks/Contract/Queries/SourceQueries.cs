using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Contract.Queries;

/// <summary>Reads the files of a commit from the mirror.</summary>
/// <remarks>Each method throws <see cref="InvalidOperationException"/> when the mirror does not hold the commit: fetch it first.</remarks>
public sealed class SourceQueries
{
    private const long MaxFileBytes = 4 << 20;

    private readonly Mirror mirror;

    internal SourceQueries(Mirror mirror) => this.mirror = mirror;

    /// <summary>The bytes of a file.</summary>
    /// <returns>Null when there is no such file at the commit, or it is larger than 4 MiB.</returns>
    public byte[]? ReadFile(RepositoryId repository, CommitSha sha, string path) => mirror.ReadFile(repository, sha, path, MaxFileBytes);

    /// <summary>The object id of a folder or file at the commit: equal ids are equal contents. The empty path is the whole tree.</summary>
    /// <returns>Null when there is nothing at the path.</returns>
    public string? TreeId(RepositoryId repository, CommitSha sha, string path) => mirror.TreeId(repository, sha, path);

    /// <summary>Writes a tar of the given paths at the commit; all of it when there are none.</summary>
    public Task ArchiveAsync(
        RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths, string targetFile, CancellationToken ct) =>
        mirror.ArchiveAsync(repository, sha, paths, targetFile, ct);
}
