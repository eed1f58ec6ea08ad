using System.Text.Json;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Definitions;
using Pipeline.BuildRunner.Sources;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Makes what the scheduler runs for a module: the task's spec, its resources and its limits.</summary>
internal sealed class TaskSpecs(RepositoryQueries repositories, CommitQueries commits, BuildRunnerOptions options)
{
    /// <summary>How much longer than its steps a task may take: to fetch, to unpack and to upload.</summary>
    private const double OverheadSeconds = 60;

    /// <summary>The run of one module.</summary>
    public async Task<RunOnce> RunOfAsync(
        BuildRow build, ModuleDefinition module, ModuleRow row, SourceBundle source, CancellationToken ct)
    {
        var repository = await repositories.GetAsync(new RepositoryId(build.RepositoryId), ct);
        var commit = await commits.GetAsync(new RepositoryId(build.RepositoryId), CommitSha.Parse(build.Sha), ct);
        Invariant.Require(repository is not null && commit is not null);
        var spec = new BuildSpec(
            module.Path,
            source.Digest.ToString(),
            [.. module.Steps.Select(s => new StepSpec(
                s.Name, s.Run, Math.Min(s.TimeoutSeconds, module.TimeoutSeconds),
                new Dictionary<string, string>(s.Env, StringComparer.Ordinal) { ["PIPELINE_STEP"] = s.Name }))],
            [.. module.Artifacts.Select(a => new ArtifactSpec(a.Name, a.Path))],
            BuildEnvironment.Of(repository, commit, build.ToSummary(), module, options.PublicUrl),
            [])
        {
            Limits = new BuildLimits(options.StepLogBytes, options.ModuleLogBytes) { Disk = module.Resources.DiskMb },
        };
        return new RunOnce(
            options.Cluster,
            row.RunId,
            RunIds.RequestOf(repository.Owner, repository.Name, module.Name),
            new ResourceNeed(module.Resources.Cpus, module.Resources.MemoryMb, module.Resources.DiskMb, module.Resources.Ports),
            TimeSpan.FromSeconds(module.TimeoutSeconds + OverheadSeconds),
            JsonSerializer.Serialize<RunnerSpec>(spec, StoredJson.Options),
            module.Image,
            options.InfraRetries,
            build.Subject,
            Actor.System("builds"));
    }
}
