using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Jobs;

/// <summary>Another promotion of the release's repository ended: checks everything of that repository that waits.</summary>
public sealed class AdvanceReleaseJob
{
    private readonly ReleaseQueries releases;
    private readonly PromotionStore promotions;
    private readonly PromotionProgress progress;
    private readonly TimeProvider time;

    internal AdvanceReleaseJob(ReleaseQueries releases, PromotionStore promotions, PromotionProgress progress, TimeProvider time) =>
        (this.releases, this.promotions, this.progress, this.time) = (releases, promotions, progress, time);

    /// <summary>Running it twice changes nothing.</summary>
    public async Task ExecuteAsync(string release, CancellationToken ct)
    {
        if (await releases.FindAsync(Digest.Parse(release), ct) is not { } found)
            return;
        foreach (var waiting in await promotions.WaitingAsync(found.RepositoryId, ct))
            await progress.AdvanceAsync(waiting.Id, time.GetUtcNow(), ct);
    }
}
