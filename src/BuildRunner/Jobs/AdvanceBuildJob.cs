using Pipeline.BuildRunner.Core;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Starts what may start, skips what cannot, ends the build when all is over. Twice changes nothing.</summary>
internal sealed class AdvanceBuildJob(BuildAdvance advance)
{
    public Task ExecuteAsync(Guid buildId, CancellationToken ct) => advance.RunAsync(buildId, new Dictionary<Guid, TaskEnd>(), ct);
}
