using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Jobs;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Contract.Commands;

/// <summary>Starts builds, repeats them and cancels them.</summary>
public sealed class BuildCommands
{
    private readonly BuildPlanning planning;
    private readonly BuildStore builds;
    private readonly BuildCancellation cancellation;

    internal BuildCommands(BuildPlanning planning, BuildStore builds, BuildCancellation cancellation) =>
        (this.planning, this.builds, this.cancellation) = (planning, builds, cancellation);

    /// <summary>A build by hand, at any commit of the repository; always a new one. Needs <see cref="Permission.Build"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    public Task<StartBuildOutcome> StartAsync(
        Caller caller, RepositoryId repository, CommitSha sha, string? branch, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        return planning.PlanAsync(new BuildRequest(repository, sha, branch, BuildTrigger.Manual, null, caller.Actor), ct);
    }

    /// <summary>The same commit again, as a new build with its own number. Needs <see cref="Permission.Build"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    public async Task<StartBuildOutcome> RetryAsync(Caller caller, BuildId build, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        if (await builds.RowAsync(build, ct) is not { } old)
            return new StartBuildOutcome.UnknownBuild();
        var request = new BuildRequest(
            new RepositoryId(old.RepositoryId), CommitSha.Parse(old.Sha), old.Branch, BuildTrigger.Retry, build, caller.Actor);
        return await planning.PlanAsync(request, ct);
    }

    /// <summary>Ends the build now: running tasks are killed, waiting modules never start. Needs <see cref="Permission.Build"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not build.</exception>
    public Task<CancelBuildOutcome> CancelAsync(Caller caller, BuildId build, string? message, CancellationToken ct)
    {
        caller.Require(Permission.Build);
        return cancellation.CancelAsync(build, message, caller.Actor, ct);
    }
}
