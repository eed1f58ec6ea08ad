using Pipeline.BuildRunner.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Plans the build of a pushed commit; the same commit again changes nothing.</summary>
[DurableJob]
public sealed class PlanBuildJob
{
    private readonly BuildPlanning planning;

    internal PlanBuildJob(BuildPlanning planning) => this.planning = planning;

    /// <summary>Plans the build of one push.</summary>
    /// <exception cref="InvalidOperationException">The commit cannot be fetched; the job is tried again.</exception>
    public async Task ExecuteAsync(Guid repositoryId, string sha, string branch, CancellationToken ct)
    {
        var request = new BuildRequest(
            new RepositoryId(repositoryId), CommitSha.Parse(sha), branch, BuildTrigger.Push, null, Actor.System("push"));
        if (await planning.PlanAsync(request, ct) is not StartBuildOutcome.Started)
            throw new InvalidOperationException($"Commit {sha} of repository {repositoryId} is not on its remote.");
    }
}
