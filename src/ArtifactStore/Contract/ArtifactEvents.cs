using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.ArtifactStore.Contract;

/// <summary>Bytes were stored under their digest and belong to a build.</summary>
/// <param name="Artifact">SHA-256 of the bytes.</param>
/// <param name="Name">Its name in the definition.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Build">The build that made it.</param>
public sealed record ArtifactStored(Digest Artifact, string Name, long Bytes, BuildId Build) : JournalEvent;

/// <summary>A successful build with deployables offers a release; signed, immutable.</summary>
/// <param name="Repository">The repository that was built.</param>
/// <param name="Sha">The commit that was built.</param>
/// <param name="Build">The build that made it.</param>
/// <param name="Release">The release's name.</param>
/// <param name="Number">The release's number in its repository.</param>
public sealed record ReleaseCreated(RepositoryId Repository, CommitSha Sha, BuildId Build, Digest Release, int Number) : JournalEvent;
