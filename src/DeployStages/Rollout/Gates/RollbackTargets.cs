using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Gates;

/// <summary>Which release a stage returns to. Joins the ambient transaction.</summary>
internal sealed class RollbackTargets(PromotionStore promotions, ReleaseQueries releases, TimeProvider time)
{
    /// <summary>The last good release of the slot, other than <paramref name="release"/>, that is not held.</summary>
    /// <param name="stable">Tried first: the slot's stable release.</param>
    public async Task<Release?> FindAsync(string stage, RepositoryId repository, Digest release, Digest? stable, CancellationToken ct)
    {
        var good = await promotions.GoodReleasesAsync(stage, repository, release, ct);
        IEnumerable<Digest> candidates = stable is { } known && known != release ? good.Prepend(known).Distinct() : good;
        foreach (var candidate in candidates)
        {
            if (await releases.FindAsync(candidate, ct) is { HeldReason: null } found
                && await releases.RemovedHoldAsync(found, time.GetUtcNow(), ct) is null)
            {
                return found;
            }
        }

        return null;
    }
}
