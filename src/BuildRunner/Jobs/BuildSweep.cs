using Hangfire;
using Microsoft.Extensions.Logging;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel.Jobs;
using Pipeline.Kernel.Jobs.Failures;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Starts a job for each running build whose time has come. Every running build has one.</summary>
internal sealed class BuildSweep(
    BuildWriter writer, OpenJobStore open, IBackgroundJobClient jobs, TimeProvider time, ILogger<BuildSweep> logger) : Sweeper(time)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    protected override async Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        var due = await writer.TakeDueAsync(now, now + Lease, ct);
        foreach (var id in await open.WithoutFailingAsync(nameof(AdvanceBuildJob), due, ct))
            jobs.Enqueue<AdvanceBuildJob>(j => j.ExecuteAsync(id, CancellationToken.None));
        return due.Count;
    }

    protected override void Failed(Exception failure) => Log.SweepFailed(logger, failure);
}
