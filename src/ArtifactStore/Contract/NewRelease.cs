using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Contract;

/// <summary>What a successful build hands over.</summary>
/// <param name="RepositoryId">The repository that was built.</param>
/// <param name="RepositoryUrl">Where people find the source; goes into the provenance.</param>
/// <param name="CommitSha">The commit that was built.</param>
/// <param name="BuildId">The build.</param>
/// <param name="Artifacts">Everything it made.</param>
/// <param name="Deployables">What it offers to run, resolved.</param>
/// <param name="BuildStartedAt">Goes into the provenance.</param>
/// <param name="BuildFinishedAt">Goes into the provenance.</param>
public sealed record NewRelease(
    RepositoryId RepositoryId, string RepositoryUrl, CommitSha CommitSha, BuildId BuildId,
    IReadOnlyList<ReleaseArtifact> Artifacts, IReadOnlyList<ReleaseDeployable> Deployables,
    DateTimeOffset? BuildStartedAt, DateTimeOffset? BuildFinishedAt);
