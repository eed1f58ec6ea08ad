using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Jobs;

/// <summary>Every second: starts a job for each status whose time has come.</summary>
internal sealed class StatusSweep(
    StatusStore statuses, IBackgroundJobClient jobs, TimeProvider time, ILogger<StatusSweep> logger) : BackgroundService
{
    public Task<int> SweepOnceAsync(CancellationToken ct) =>
        Transactions.InTransactionAsync(
            async token =>
            {
                var due = await statuses.TakeDueAsync(time.GetUtcNow(), token);
                foreach (var id in due)
                    jobs.Enqueue<SendStatusJob>(j => j.ExecuteAsync(id, CancellationToken.None));
                return due.Count;
            },
            ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepOnceAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The loop is the place that retries: it outlives a database that restarts.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Log.SweepFailed(logger, e);
            }
        }
    }
}
