using Pipeline.ArtifactStore.Data;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Contract.Queries;

/// <summary>Reads stored bytes, and which build made them.</summary>
public sealed class ArtifactQueries
{
    private readonly BlobStore blobs;
    private readonly ArtifactRecords records;

    internal ArtifactQueries(BlobStore blobs, ArtifactRecords records) => (this.blobs, this.records) = (blobs, records);

    /// <summary>All artifacts of a build, by module and name.</summary>
    public Task<IReadOnlyList<ReleaseArtifact>> OfBuildAsync(BuildId build, CancellationToken ct) => records.OfBuildAsync(build, ct);

    /// <summary>Whether the bytes are stored.</summary>
    public bool Has(Digest digest) => blobs.SizeOf(digest) is not null;

    /// <summary>A seekable stream for whole and range reads; null when the bytes are not stored. The caller disposes it.</summary>
    public FileStream? OpenRead(Digest digest) => blobs.OpenRead(digest);

    /// <summary>Hashes the stored bytes again: false when they are no longer what their name says, null when they are not there.</summary>
    public Task<bool?> IsIntactAsync(Digest digest, CancellationToken ct) => blobs.IsIntactAsync(digest, ct);
}
