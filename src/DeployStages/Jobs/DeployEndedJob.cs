using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout;

namespace Pipeline.DeployStages.Jobs;

/// <summary>A deploy became healthy or failed: its promotion goes on or back. Deploys of other slices are ignored.</summary>
public sealed class DeployEndedJob
{
    private readonly DeployStore deploys;
    private readonly PromotionProgress progress;
    private readonly TimeProvider time;

    internal DeployEndedJob(DeployStore deploys, PromotionProgress progress, TimeProvider time) =>
        (this.deploys, this.progress, this.time) = (deploys, progress, time);

    /// <summary>Running it twice changes nothing.</summary>
    public async Task ExecuteAsync(string cluster, string deployId, CancellationToken ct)
    {
        if (await deploys.PromotionOfAsync(cluster, deployId, ct) is { } promotion)
            await progress.AdvanceAsync(promotion, time.GetUtcNow(), ct);
    }
}
