using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Runner;

/// <summary>Takes the bytes of artifacts within the limits of task and repository.</summary>
internal sealed class ArtifactUploads(ArtifactQuota quota, ArtifactCommands artifacts)
{
    /// <param name="bytes">As announced; no more are read.</param>
    /// <returns>Why they are not taken, or what became of them.</returns>
    public async Task<(string? Refused, PutOutcome Outcome)> PutAsync(
        RunnerTask task, Stream content, Digest expected, long bytes, CancellationToken ct)
    {
        if (await quota.TakeAsync(task, bytes, ct) is { } refused)
            return (refused, default);
        var kept = false;
        try
        {
            var outcome = await artifacts.PutAsync(Caller.System("runner"), content, expected, ct);
            kept = outcome == PutOutcome.Stored;
            return (null, outcome);
        }
        finally
        {
            if (!kept)
                await quota.ReturnAsync(task, bytes);
        }
    }
}
