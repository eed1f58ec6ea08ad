using Hangfire;
using Microsoft.Extensions.Logging;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Kernel.Jobs;

namespace Pipeline.DeployStages.Jobs;

/// <summary>Wakes promotions whose time has come, and takes a changed policy into force.</summary>
public sealed class PromotionSweep(
    StageStores stores, PolicyInForce policy, IBackgroundJobClient jobs, TimeProvider time, ILogger<PromotionSweep> log) : Sweeper(time)
{
    private const int Most = 200;
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(15);

    protected override async Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        var due = await stores.Promotions.TakeDueAsync(now, TryAgain, Most, ct);
        foreach (var id in due)
            jobs.Enqueue<AdvancePromotionJob>(j => j.ExecuteAsync(id, CancellationToken.None));
        return due.Count;
    }

    protected override void BeforeRound() => policy.Reload();

    protected override void Failed(Exception failure) => Log.SweepFailed(log, failure);
}
