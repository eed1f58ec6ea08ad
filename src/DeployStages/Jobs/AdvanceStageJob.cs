using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout;

namespace Pipeline.DeployStages.Jobs;

/// <summary>A route of the stage is free or has another owner: checks everything that waits for the stage.</summary>
public sealed class AdvanceStageJob
{
    private readonly PromotionStore promotions;
    private readonly PromotionProgress progress;
    private readonly TimeProvider time;

    internal AdvanceStageJob(PromotionStore promotions, PromotionProgress progress, TimeProvider time) =>
        (this.promotions, this.progress, this.time) = (promotions, progress, time);

    /// <summary>Running it twice changes nothing.</summary>
    public async Task ExecuteAsync(string stage, CancellationToken ct)
    {
        foreach (var waiting in (await promotions.WaitingAsync(ct)).Where(p => p.Stage == stage))
            await progress.AdvanceAsync(waiting.Id, time.GetUtcNow(), ct);
    }
}
