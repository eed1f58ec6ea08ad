using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Contract;

/// <summary>Something that the release runs, fully resolved: nothing is looked up later.</summary>
/// <param name="Name">Unique in the product; the repository that deploys a name first owns it.</param>
/// <param name="Kind"><c>service</c>, <c>worker</c>, <c>cron</c> or <c>job</c>.</param>
/// <param name="ArtifactName">The name in the definition; <paramref name="Artifact"/> is what counts.</param>
/// <param name="Artifact">The bytes that run.</param>
/// <param name="Bytes">Size of the artifact.</param>
/// <param name="MediaType">Media type of the artifact.</param>
/// <param name="Run">The command, run by <c>sh -c</c> in the unpacked artifact.</param>
/// <param name="Instances">How many run at once.</param>
/// <param name="Cpus">Cores of each instance.</param>
/// <param name="MemoryMb">Memory of each instance in MiB.</param>
/// <param name="DiskMb">Disk of each instance in MiB.</param>
/// <param name="Ports">How many ports each instance gets.</param>
/// <param name="Health">Null: an instance is healthy when it runs.</param>
/// <param name="Env">Environment variables.</param>
/// <param name="Route">The path by which traffic arrives; null for none.</param>
/// <param name="Stages">What differs, by the name of the stage.</param>
public sealed record ReleaseDeployable(
    string Name, string Kind, string ArtifactName, Digest Artifact, long Bytes, string MediaType, string Run,
    int Instances, decimal Cpus, decimal MemoryMb, decimal DiskMb, int Ports, DeployableHealth? Health,
    IReadOnlyDictionary<string, string> Env, string? Route, IReadOnlyDictionary<string, StageOverride> Stages)
{
    /// <summary>The container image it runs in; null: on the agent itself.</summary>
    public string? Image { get; init; }

    /// <summary>How a cron or a job runs; null for what runs all the time.</summary>
    public DeployableRuns? Runs { get; init; }
}

/// <summary>How the runs of a cron or a job start and end. What is null has its default, and is not part of the release's digest.</summary>
/// <param name="Schedule">Cron expression of a cron.</param>
/// <param name="Timezone">IANA name.</param>
/// <param name="Overlap"><c>skip</c> (default), <c>allow</c> or <c>replace</c>.</param>
/// <param name="CatchUp"><c>none</c> (default) or <c>once</c>.</param>
/// <param name="OnDeploy">A job that runs with each promotion.</param>
/// <param name="TimeoutSeconds">The longest that a run may take.</param>
/// <param name="Retries">How often a failed run starts again.</param>
/// <param name="MaxRunning">The most runs at once of a job that runs on request.</param>
public sealed record DeployableRuns(
    string? Schedule, string? Timezone, string? Overlap, string? CatchUp, bool? OnDeploy, double? TimeoutSeconds, int? Retries,
    int? MaxRunning);

/// <summary>What a stage changes of a deployable; null fields change nothing.</summary>
/// <param name="Instances">How many run at once.</param>
/// <param name="Env">Laid over the deployable's variables.</param>
/// <param name="Cpus">Cores of each instance.</param>
/// <param name="MemoryMb">Memory of each instance in MiB.</param>
public sealed record StageOverride(int? Instances, IReadOnlyDictionary<string, string> Env, decimal? Cpus, decimal? MemoryMb);

/// <summary>When an instance counts as healthy.</summary>
/// <param name="Http">The path that must answer; null probes TCP on the first port.</param>
/// <param name="StartupSeconds">The longest that the first healthy answer may take.</param>
/// <param name="IntervalSeconds">Between two probes.</param>
/// <param name="TimeoutSeconds">Of one probe.</param>
/// <param name="Successes">How many in a row make it healthy.</param>
/// <param name="HealthyForSeconds">How long it must stay so.</param>
public sealed record DeployableHealth(
    string? Http, double StartupSeconds, double IntervalSeconds, double TimeoutSeconds, int Successes, double HealthyForSeconds);
