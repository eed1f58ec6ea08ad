using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout;

namespace Pipeline.DeployStages.Jobs;

/// <summary>A deploy became healthy or was given up: its promotion goes on or back. Deploys of others are ignored.</summary>
public sealed class DeployEndedJob(StageStores stores, PromotionProgress progress, TimeProvider time)
{
    public async Task ExecuteAsync(string cluster, string deployId, CancellationToken ct)
    {
        if (await stores.Deploys.PromotionOfAsync(cluster, deployId, ct) is { } promotion)
            await progress.AdvanceAsync(promotion, time.GetUtcNow(), ct);
    }
}
