namespace Pipeline.Kernel;

/// <summary>Bytes were stored under their digest and belong to a build.</summary>
public sealed record ArtifactStored(Digest Artifact, string Name, long Bytes, BuildId Build) : JournalEvent;

/// <summary>A successful build with deployables offers a release; signed, immutable.</summary>
public sealed record ReleaseCreated(RepositoryId Repository, CommitSha Sha, BuildId Build, Digest Release, int Number) : JournalEvent;

/// <summary>A digest or signature did not match. The release is held everywhere and never retried.</summary>
/// <param name="Code">
/// Stable: <c>digest-mismatch</c>, <c>signature-invalid</c>, <c>stage-mismatch</c>, <c>generation-replayed</c>, <c>statement-expired</c>,
/// <c>untrusted-key</c>.
/// </param>
public sealed record SecurityEventRaised(Digest? Artifact, Digest? Release, string? Cluster, string? TaskId, string Code, string Detail) : JournalEvent;
