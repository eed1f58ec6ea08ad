using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Core;

/// <summary>What a successful build offers for promotion. Immutable, except that it can be held.</summary>
/// <param name="Digest">SHA-256 of its canonical JSON: the release's name.</param>
/// <param name="Number">For people; per repository, never used twice.</param>
/// <param name="HeldReason">Null when it may be promoted.</param>
public sealed record Release(
    Digest Digest, RepositoryId RepositoryId, CommitSha CommitSha, BuildId BuildId, int Number, DateTimeOffset CreatedAt,
    string? HeldReason, IReadOnlyList<ReleaseDeployable> Deployables);

/// <summary>A thing that the release runs, fully resolved: nothing is looked up later.</summary>
/// <param name="Kind"><c>service</c> or <c>worker</c>.</param>
/// <param name="ArtifactName">The name in the definition; <paramref name="Artifact"/> is what counts.</param>
/// <param name="Run">Run by <c>sh -c</c> in the unpacked artifact.</param>
/// <param name="Ports">How many.</param>
/// <param name="Health">Null: healthy when it runs.</param>
/// <param name="Route">Path that traffic comes by; null for none.</param>
/// <param name="Stages">What differs, by the name of the stage.</param>
public sealed record ReleaseDeployable(
    string Name, string Kind, string ArtifactName, Digest Artifact, long Bytes, string MediaType, string Run,
    int Instances, decimal Cpus, decimal MemoryMb, decimal DiskMb, int Ports, DeployableHealth? Health,
    IReadOnlyDictionary<string, string> Env, string? Route, IReadOnlyDictionary<string, StageOverride> Stages)
{
    /// <summary>Container image it runs in; null: on the agent itself.</summary>
    public string? Image { get; init; }

    /// <summary>Of a cron or a job; null for what runs all the time.</summary>
    public DeployableRuns? Runs { get; init; }
}

/// <summary>How the runs of a cron or a job start and end. What is null has its default, and is not part of the release's digest.</summary>
/// <param name="Schedule">Cron expression of a cron.</param>
/// <param name="Timezone">IANA name.</param>
/// <param name="Overlap"><c>skip</c> (default), <c>allow</c> or <c>replace</c>.</param>
/// <param name="CatchUp"><c>none</c> (default) or <c>once</c>.</param>
/// <param name="OnDeploy">A job that runs with each promotion.</param>
/// <param name="TimeoutSeconds">Of a run.</param>
/// <param name="MaxRunning">Of a job that runs when asked.</param>
public sealed record DeployableRuns(
    string? Schedule, string? Timezone, string? Overlap, string? CatchUp, bool? OnDeploy, double? TimeoutSeconds, int? Retries, int? MaxRunning);

/// <summary>What a stage changes of a deployable; null fields change nothing, Env is laid over the deployable's.</summary>
public sealed record StageOverride(int? Instances, IReadOnlyDictionary<string, string> Env, decimal? Cpus, decimal? MemoryMb);

/// <param name="Http">Path; null probes TCP on the first port.</param>
public sealed record DeployableHealth(
    string? Http, double StartupSeconds, double IntervalSeconds, double TimeoutSeconds, int Successes, double HealthyForSeconds);

/// <summary>An artifact of a build, as it is recorded and as a release lists it.</summary>
public sealed record ReleaseArtifact(string Name, string Module, Digest Digest, long Bytes, string MediaType);

/// <summary>What BuildRunner hands over when a build succeeded.</summary>
/// <param name="RepositoryUrl">Where people find the source; goes into the provenance.</param>
public sealed record NewRelease(
    RepositoryId RepositoryId, string RepositoryUrl, CommitSha CommitSha, BuildId BuildId,
    IReadOnlyList<ReleaseArtifact> Artifacts, IReadOnlyList<ReleaseDeployable> Deployables,
    DateTimeOffset? BuildStartedAt, DateTimeOffset? BuildFinishedAt);

/// <summary>What a promotion statement says. The artifacts are its subjects.</summary>
/// <param name="Deployable">Null when it holds for every deployable of the release.</param>
public sealed record NewPromotionStatement(
    string Stage, Digest Release, IReadOnlyList<ReleaseArtifact> Artifacts, string? Deployable, long Generation, DateTimeOffset Expires);

/// <summary>A signed statement as stored. <paramref name="Digest"/> is that of the envelope's JSON.</summary>
public sealed record StoredAttestation(Digest Digest, string PredicateType, string KeyId, DateTimeOffset CreatedAt, string Envelope);
