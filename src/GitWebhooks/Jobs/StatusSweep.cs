using Hangfire;
using Microsoft.Extensions.Logging;
using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel.Jobs;
using Pipeline.Kernel.Jobs.Failures;

namespace Pipeline.GitWebhooks.Jobs;

/// <summary>Starts a job for each status whose time has come.</summary>
internal sealed class StatusSweep(
    StatusStore statuses, OpenJobStore open, IBackgroundJobClient jobs, TimeProvider time, ILogger<StatusSweep> logger) : Sweeper(time)
{
    protected override async Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        var due = await statuses.TakeDueAsync(now, ct);
        foreach (var id in await open.WithoutFailingAsync(nameof(SendStatusJob), due, ct))
            jobs.Enqueue<SendStatusJob>(j => j.ExecuteAsync(id, CancellationToken.None));
        return due.Count;
    }

    protected override void Failed(Exception failure) => Log.SweepFailed(logger, failure);
}
