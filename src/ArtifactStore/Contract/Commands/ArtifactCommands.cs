using Pipeline.ArtifactStore.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;

namespace Pipeline.ArtifactStore.Contract.Commands;

/// <summary>Stores bytes, and records which build made them.</summary>
public sealed class ArtifactCommands
{
    private readonly BlobStore blobs;
    private readonly ArtifactRecords records;
    private readonly Journal journal;

    internal ArtifactCommands(BlobStore blobs, ArtifactRecords records, Journal journal) =>
        (this.blobs, this.records, this.journal) = (blobs, records, journal);

    /// <summary>Streams the content to the disk under its digest; memory stays constant. Needs <see cref="Permission.Build"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    /// <exception cref="IOException">The disk is broken, or the sender is lost; nothing is kept.</exception>
    public Task<PutOutcome> PutAsync(Caller caller, Stream content, Digest expected, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        return blobs.PutAsync(content, expected, ct);
    }

    /// <summary>Records an artifact of a build; the same again changes nothing, a later attempt of the module replaces its
    /// artifact. Needs <see cref="Permission.Build"/>.</summary>
    /// <param name="caller">Who records it.</param>
    /// <param name="build">The build that made it.</param>
    /// <param name="artifact">What it made; the size is taken from the store.</param>
    /// <param name="subject">Repository, commit and build for the timeline.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>False when the bytes are not in the store.</returns>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    public Task<bool> RecordAsync(Caller caller, BuildId build, ReleaseArtifact artifact, JournalSubject subject, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        return Transactions.InTransactionAsync(
            async token =>
            {
                if (blobs.SizeOf(artifact.Digest) is not { } bytes)
                    return false;
                if (await records.SaveAsync(build, artifact with { Bytes = bytes }, token))
                {
                    await journal.AppendAsync(
                        new ArtifactStored(artifact.Digest, artifact.Name, bytes, build), caller.Actor, subject with { Build = build },
                        token);
                }

                return true;
            },
            ct);
    }
}
