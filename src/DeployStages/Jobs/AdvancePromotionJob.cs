using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Jobs;

/// <summary>Moves one promotion as far as it can go now.</summary>
public sealed class AdvancePromotionJob(PromotionProgress progress, TimeProvider time)
{
    public Task ExecuteAsync(Guid promotion, CancellationToken ct) =>
        progress.AdvanceAsync(new PromotionId(promotion), time.GetUtcNow(), ct);
}
