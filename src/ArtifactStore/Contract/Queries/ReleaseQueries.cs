using Pipeline.ArtifactStore.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.ArtifactStore.Contract.Queries;

/// <summary>Reads releases. What it gives is what was signed for: a document that no longer has its digest is refused.</summary>
/// <remarks>Each method throws <see cref="InvalidDataException"/> when a stored document was changed from outside.</remarks>
public sealed class ReleaseQueries
{
    private readonly ReleaseStore store;

    internal ReleaseQueries(ReleaseStore store) => this.store = store;

    /// <summary>The release of that name.</summary>
    public Task<Release?> FindAsync(Digest digest, CancellationToken ct) => store.FindAsync(digest, ct);

    /// <summary>By its number in the repository.</summary>
    public Task<Release?> FindAsync(RepositoryId repository, int number, CancellationToken ct) => store.FindAsync(repository, number, ct);

    /// <summary>The releases of a commit, newest first.</summary>
    public Task<IReadOnlyList<Release>> ForCommitAsync(CommitSha commit, CancellationToken ct) => store.ForCommitAsync(commit, ct);

    /// <summary>The release of a build, null when it offers none.</summary>
    public Task<Release?> ForBuildAsync(BuildId build, CancellationToken ct) => store.ForBuildAsync(build, ct);

    /// <summary>Newest first, of one repository or of all.</summary>
    public Task<Page<Release>> ListAsync(RepositoryId? repository, Cursor? after, int limit, CancellationToken ct) =>
        store.ListAsync(repository, after, limit, ct);

    /// <summary>Every artifact of the release, also those that no deployable runs; null when there is no such release.</summary>
    public Task<IReadOnlyList<ReleaseArtifact>?> ArtifactsAsync(Digest release, CancellationToken ct) => store.ArtifactsAsync(release, ct);
}
