using Microsoft.Extensions.Logging;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs;
using Pipeline.Kernel.Jobs.Failures;

namespace Pipeline.DeployStages.Jobs;

/// <summary>Wakes promotions whose time has come, and brings a changed policy into force.</summary>
internal sealed class PromotionSweep(
    PromotionStore promotions, OpenJobStore open, PolicyInForce policy, AdvanceLater advance, TimeProvider time,
    ILogger<PromotionSweep> log) : Sweeper(time)
{
    private const int Most = 200;

    /// <summary>A job that was lost is enqueued again after this long.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    protected override async Task<int> TakeDueAsync(DateTimeOffset now, CancellationToken ct)
    {
        var due = await promotions.TakeDueAsync(now, RetryAfter, Most, ct);
        foreach (var id in await open.WithoutFailingAsync(nameof(AdvancePromotionJob), due, ct))
            advance(new PromotionId(id));
        return due.Count;
    }

    /// <inheritdoc/>
    protected override void BeforeRound() => policy.Reload();

    /// <inheritdoc/>
    protected override void Failed(Exception failure) => Log.SweepFailed(log, failure);
}
