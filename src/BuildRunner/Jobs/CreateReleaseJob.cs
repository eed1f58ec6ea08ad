using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Definitions;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Offers the release of a build that succeeded and has deployables. Twice gives the same release.</summary>
[DurableJob]
public sealed class CreateReleaseJob
{
    private readonly BuildStore builds;
    private readonly RepositoryQueries repositories;
    private readonly ArtifactQueries artifacts;
    private readonly ReleaseCommands releases;

    internal CreateReleaseJob(
        BuildStore builds, RepositoryQueries repositories, ArtifactQueries artifacts, ReleaseCommands releases) =>
        (this.builds, this.repositories, this.artifacts, this.releases) = (builds, repositories, artifacts, releases);

    /// <summary>Makes the release of one build.</summary>
    public async Task ExecuteAsync(Guid buildId, CancellationToken ct)
    {
        var id = new BuildId(buildId);
        if (await builds.GetAsync(id, ct) is not { State: BuildState.Succeeded } build
            || await builds.DefinitionAsync(id, ct) is not { Deployables.Count: > 0 } definition)
            return;
        var made = await artifacts.OfBuildAsync(id, ct);
        var repository = await repositories.GetAsync(new RepositoryId(build.RepositoryId), ct);
        Invariant.Require(repository is not null);
        await releases.CreateAsync(
            Caller.System("builds"),
            new NewRelease(
                repository.Id, repository.WebUrl ?? repository.CloneUrl, CommitSha.Parse(build.Sha), id, made,
                [.. definition.Deployables.Select(d => Resolve(d, made))], build.StartedAt, build.FinishedAt),
            ct);
    }

    private static ReleaseDeployable Resolve(DeployableDefinition deployable, IReadOnlyList<ReleaseArtifact> made)
    {
        var artifact = made.FirstOrDefault(a => a.Name == deployable.Artifact);
        Invariant.Require(artifact is not null);
        return new ReleaseDeployable(
            deployable.Name, deployable.Kind, artifact.Name, artifact.Digest, artifact.Bytes, artifact.MediaType, deployable.Run,
            deployable.Instances,
            deployable.Resources.Cpus, deployable.Resources.MemoryMb, deployable.Resources.DiskMb, deployable.Resources.Ports,
            deployable.Health is { } h
                ? new DeployableHealth(h.Http, h.StartupSeconds, h.IntervalSeconds, h.TimeoutSeconds, h.Successes, h.HealthyForSeconds)
                : null,
            deployable.Env,
            deployable.Route,
            deployable.Stages.ToDictionary(
                s => s.Key, s => new StageOverride(s.Value.Instances, s.Value.Env, s.Value.Cpus, s.Value.MemoryMb),
                StringComparer.Ordinal))
        {
            Runs = deployable.Runs is { } r
                ? new DeployableRuns(r.Schedule, r.Timezone, r.Overlap, r.CatchUp, r.OnDeploy, r.TimeoutSeconds, r.Retries, r.MaxRunning)
                : null,
            Image = deployable.Image,
        };
    }
}
