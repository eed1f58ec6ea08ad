using Pipeline.ArtifactStore.Data;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.ArtifactStore.Contract.Queries;

/// <summary>Reads releases. What it gives is what was signed for: a release whose stored document was changed from outside is held for that
/// reason (<c>release-altered</c>), runs nothing, and is a security event.</summary>
public sealed class ReleaseQueries
{
    private readonly ReleaseStore store;
    private readonly SignedHolds holds;

    internal ReleaseQueries(ReleaseStore store, SignedHolds holds) => (this.store, this.holds) = (store, holds);

    /// <summary>Why the release may not be promoted although its row says nothing: a signed hold stands, and nobody signed that it is
    /// lifted.</summary>
    /// <returns>Null when row and statements agree.</returns>
    public async Task<string?> RemovedHoldAsync(Release release, DateTimeOffset now, CancellationToken ct) =>
        release.HeldReason is null && await holds.StandingAsync(release.Digest, now, ct) is { Held: true } hold
            ? $"The hold of release {release.Number} by {hold.Actor} (“{hold.Reason}”) disappeared without a signed decision to lift it."
            : null;

    /// <summary>The release of that name.</summary>
    public Task<Release?> FindAsync(Digest digest, CancellationToken ct) => store.FindAsync(digest, ct);

    /// <summary>The release of that name, as it is until the ambient transaction ends: who holds it or lifts its hold waits. For those who
    /// start it.</summary>
    public Task<Release?> LockAsync(Digest digest, CancellationToken ct) => store.LockAsync(digest, ct);

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
    /// <exception cref="InvalidDataException">The stored document was changed from outside; the message says so.</exception>
    public Task<IReadOnlyList<ReleaseArtifact>?> ArtifactsAsync(Digest release, CancellationToken ct) => store.ArtifactsAsync(release, ct);
}
