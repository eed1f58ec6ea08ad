using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.ArtifactStore.Contract;

/// <summary>Bytes were stored under their digest and belong to a build.</summary>
public sealed record ArtifactStored(Digest Artifact, string Name, long Bytes, BuildId Build) : JournalEvent;

/// <summary>A successful build with deployables offers a release; signed, immutable.</summary>
public sealed record ReleaseCreated(RepositoryId Repository, CommitSha Sha, BuildId Build, Digest Release, int Number) : JournalEvent;
