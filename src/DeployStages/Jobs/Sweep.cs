using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Kernel;

namespace Pipeline.DeployStages;

/// <summary>Every second: wakes promotions whose time has come, and takes a changed policy into force.</summary>
public sealed class Sweep(
    StageStores stores, PolicyInForce policy, IBackgroundJobClient jobs, TimeProvider time, ILogger<Sweep> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(15);

    /// <summary>One round: takes what is due, with the jobs in the same transaction.</summary>
    public Task<int> RoundAsync(CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            var due = await stores.Promotions.TakeDueAsync(time.GetUtcNow(), TryAgain, 200, token);
            foreach (var id in due)
                jobs.Enqueue<AdvancePromotionJob>(j => j.ExecuteAsync(id, CancellationToken.None));
            return due.Count;
        },
        ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await RoundSafelyAsync(stoppingToken);
    }

    private async Task RoundSafelyAsync(CancellationToken ct)
    {
        try
        {
            policy.Reload();
            await RoundAsync(ct);
        }
#pragma warning disable CA1031 // the loop is the one place that goes on after whatever the database did
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Log.SweepFailed(log, e);
        }
    }
}
