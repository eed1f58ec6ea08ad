namespace Pipeline.BuildRunner.Jobs;

/// <summary>Starts what may start, skips what cannot, ends the build when all is over. Twice changes nothing.</summary>
public sealed class AdvanceBuildJob
{
    private readonly BuildAdvance advance;

    internal AdvanceBuildJob(BuildAdvance advance) => this.advance = advance;

    public Task ExecuteAsync(Guid buildId, CancellationToken ct) => advance.RunAsync(buildId, ct);
}
