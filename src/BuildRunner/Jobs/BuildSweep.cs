using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>Every second: a job for each running build whose time has come. Every running build has one.</summary>
internal sealed class BuildSweep(
    BuildWriter writer, IBackgroundJobClient jobs, TimeProvider time, ILogger<BuildSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    public Task<int> SweepOnceAsync(CancellationToken ct) =>
        Transactions.InTransactionAsync(
            async token =>
            {
                var now = time.GetUtcNow();
                var due = await writer.TakeDueAsync(now, now + Lease, token);
                foreach (var id in due)
                    jobs.Enqueue<AdvanceBuildJob>(j => j.ExecuteAsync(id, CancellationToken.None));
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
