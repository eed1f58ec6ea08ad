using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Contract;

/// <summary>What a successful build offers for promotion. Immutable, except that it can be held.</summary>
/// <param name="Digest">SHA-256 of its canonical JSON: the release's name.</param>
/// <param name="RepositoryId">The repository that was built.</param>
/// <param name="CommitSha">The commit that was built.</param>
/// <param name="BuildId">The first build that made it.</param>
/// <param name="Number">For people; per repository, never used twice.</param>
/// <param name="CreatedAt">When it was recorded.</param>
/// <param name="HeldReason">Why it may not be promoted; null when it may.</param>
/// <param name="Deployables">What it runs, sorted by name.</param>
public sealed record Release(
    Digest Digest, RepositoryId RepositoryId, CommitSha CommitSha, BuildId BuildId, int Number, DateTimeOffset CreatedAt,
    string? HeldReason, IReadOnlyList<ReleaseDeployable> Deployables);

/// <summary>An artifact of a build, as it is recorded and as a release lists it.</summary>
/// <param name="Name">Its name in the definition.</param>
/// <param name="Module">The module that made it.</param>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="MediaType">The media type of its bytes.</param>
public sealed record ReleaseArtifact(string Name, string Module, Digest Digest, long Bytes, string MediaType);
