namespace Pipeline.BuildRunner.Definitions;

/// <summary>A definition, resolved: every default filled in. Saved with the build as JSON, so that history shows what really ran.</summary>
internal sealed record PipelineDefinition(IReadOnlyList<ModuleDefinition> Modules, IReadOnlyList<DeployableDefinition> Deployables);

/// <param name="Path">What it owns, relative to the repository; empty for all of it.</param>
/// <param name="DependsOn">Names of modules of the same repository.</param>
/// <param name="Image">Container image of the steps; null runs them on the agent itself.</param>
internal sealed record ModuleDefinition(
    string Name, string Path, IReadOnlyList<string> DependsOn, string? Image, ResourceDefinition Resources, double TimeoutSeconds,
    IReadOnlyDictionary<string, string> Env, IReadOnlyList<StepDefinition> Steps, IReadOnlyList<ArtifactDefinition> Artifacts);

/// <param name="Run">Shell script of one or more lines.</param>
internal sealed record StepDefinition(string Name, string Run, double TimeoutSeconds, IReadOnlyDictionary<string, string> Env);

/// <param name="Path">A file, or a folder that is packed, relative to the module's path.</param>
internal sealed record ArtifactDefinition(string Name, string Path);

/// <param name="MemoryMb">MiB, as Mesos counts: <c>256MB</c> and <c>256MiB</c> are the same.</param>
internal sealed record ResourceDefinition(decimal Cpus, decimal MemoryMb, decimal DiskMb, int Ports);

/// <param name="Kind"><c>service</c>, <c>worker</c>, <c>cron</c> or <c>job</c>.</param>
/// <param name="Artifact">Name of an artifact of one of the modules.</param>
internal sealed record DeployableDefinition(
    string Name, string Kind, string Artifact, string Run, int Instances, ResourceDefinition Resources, HealthDefinition? Health,
    IReadOnlyDictionary<string, string> Env, string? Route, IReadOnlyDictionary<string, StageDefinition> Stages)
{
    /// <summary>Container image it runs in; null: on the agent itself.</summary>
    public string? Image { get; init; }

    /// <summary>Of a cron or a job; null for what runs all the time.</summary>
    public RunsDefinition? Runs { get; init; }
}

/// <summary>How the runs of a cron or a job start and end.</summary>
/// <param name="Schedule">Cron expression; null for a job.</param>
/// <param name="Timezone">IANA name.</param>
/// <param name="Overlap"><c>skip</c>, <c>allow</c> or <c>replace</c>: at a fire time while a run is under way.</param>
/// <param name="CatchUp"><c>none</c> or <c>once</c>: for fire times that passed while nobody could start them.</param>
/// <param name="OnDeploy">A job that runs once with each promotion, which stands or falls with it; otherwise it runs on request.</param>
/// <param name="TimeoutSeconds">Of a run; null: no limit.</param>
/// <param name="Retries">How often a run that failed by itself is started again.</param>
/// <param name="MaxRunning">Of a job: runs at a time; null: any number.</param>
internal sealed record RunsDefinition(
    string? Schedule, string? Timezone, string? Overlap, string? CatchUp, bool? OnDeploy, double? TimeoutSeconds, int? Retries,
    int? MaxRunning);

/// <param name="Http">Path; null probes TCP on the first port.</param>
internal sealed record HealthDefinition(
    string? Http, double StartupSeconds, double IntervalSeconds, double TimeoutSeconds, int Successes, double HealthyForSeconds);

/// <summary>What one stage changes; null changes nothing.</summary>
internal sealed record StageDefinition(int? Instances, IReadOnlyDictionary<string, string> Env, decimal? Cpus, decimal? MemoryMb);
