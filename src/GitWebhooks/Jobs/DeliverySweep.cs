using Hangfire;
using Microsoft.Extensions.Logging;
using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel.Jobs;
using Pipeline.Kernel.Jobs.Failures;

namespace Pipeline.GitWebhooks.Jobs;

/// <summary>Starts a job for each delivery that waits and whose time has come. Every delivery that waits has one.</summary>
internal sealed class DeliverySweep(
    WaitingDeliveries deliveries, OpenJobStore open, IBackgroundJobClient jobs, TimeProvider time, ILogger<DeliverySweep> logger)
    : Sweeper(time)
{
    protected override async Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        var due = await deliveries.TakeDueAsync(now, ct);
        foreach (var id in await open.WithoutFailingAsync(nameof(ProcessDeliveryJob), due, ct))
            jobs.Enqueue<ProcessDeliveryJob>(j => j.ExecuteAsync(id, CancellationToken.None));
        return due.Count;
    }

    protected override void Failed(Exception failure) => Log.DeliverySweepFailed(logger, failure);
}
