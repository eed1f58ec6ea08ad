using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Plans the build of a pushed commit; the same commit again changes nothing.</summary>
public sealed class PlanBuildJob(BuildCommands builds)
{
    public Task ExecuteAsync(Guid repositoryId, string sha, string branch, CancellationToken ct) =>
        builds.PlanPushAsync(new RepositoryId(repositoryId), CommitSha.Parse(sha), branch, ct);
}
