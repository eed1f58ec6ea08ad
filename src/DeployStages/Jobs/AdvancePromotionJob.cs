using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Jobs;

/// <summary>Advances one promotion as far as it can go now.</summary>
internal sealed class AdvancePromotionJob(PromotionProgress progress, TimeProvider time)
{
    /// <summary>Running it twice changes nothing.</summary>
    public Task ExecuteAsync(Guid promotion, CancellationToken ct) =>
        progress.AdvanceAsync(new PromotionId(promotion), time.GetUtcNow(), ct);
}
