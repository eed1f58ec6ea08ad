using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Rollout;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Jobs;

/// <summary>Another promotion of the release's repository ended: looks again at everything of that repository that waits.</summary>
public sealed class AdvanceReleaseJob(ReleaseQueries releases, StageStores stores, Progress progress, TimeProvider time)
{
    public async Task ExecuteAsync(string release, CancellationToken ct)
    {
        if (await releases.FindAsync(Digest.Parse(release), ct) is not { } found)
            return;
        foreach (var waiting in await stores.Promotions.WaitingAsync(found.RepositoryId, ct))
            await progress.AdvanceAsync(waiting.Id, time.GetUtcNow(), ct);
    }
}
