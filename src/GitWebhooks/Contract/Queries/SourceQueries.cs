using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Contract.Queries;

/// <summary>Reads the files of a commit from the mirror.</summary>
/// <remarks>Each method throws <see cref="InvalidOperationException"/> when the mirror does not hold the commit: fetch it first.</remarks>
public sealed class SourceQueries
{
    private const long MaxFileBytes = 4 << 20;

    private readonly Mirror mirror;
    private readonly SourceFiles files;
    private readonly Snapshots snapshots;

    internal SourceQueries(Mirror mirror, SourceFiles files, Snapshots snapshots) =>
        (this.mirror, this.files, this.snapshots) = (mirror, files, snapshots);

    /// <summary>The bytes of a file of at most 4 MiB, or what is there instead.</summary>
    public SourceFile ReadFile(RepositoryId repository, CommitSha sha, string path) => files.Read(repository, sha, path, MaxFileBytes);

    /// <summary>Whether there is a folder (or a submodule) at the path of the commit: a file and a link to a folder are none.</summary>
    public bool IsFolder(RepositoryId repository, CommitSha sha, string path) => mirror.IsFolder(repository, sha, path);

    /// <summary>Names what <see cref="ArchiveAsync"/> packs of the paths, with the attributes of all folders above them: equal names are
    /// equal bytes.</summary>
    public string SnapshotId(RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths) =>
        snapshots.TreeOf(repository, sha, paths);

    /// <summary>The submodules in a snapshot, by path: their files are not in it.</summary>
    public Task<IReadOnlyList<string>> SubmodulesAsync(RepositoryId repository, string snapshotId, CancellationToken ct) =>
        snapshots.SubmodulesAsync(repository, snapshotId, ct);

    /// <summary>Paths in a snapshot that git itself writes nowhere, such as one through <c>.git</c>: <see cref="ArchiveAsync"/> fails at
    /// them.</summary>
    public Task<IReadOnlyList<string>> IllegalPathsAsync(RepositoryId repository, string snapshotId, CancellationToken ct) =>
        snapshots.IllegalPathsAsync(repository, snapshotId, ct);

    /// <summary>Writes a tar of the given paths at the commit; all of it when there are none.</summary>
    public Task ArchiveAsync(
        RepositoryId repository, CommitSha sha, IReadOnlyList<string> paths, string targetFile, CancellationToken ct) =>
        snapshots.ArchiveAsync(repository, sha, paths, targetFile, ct);
}
