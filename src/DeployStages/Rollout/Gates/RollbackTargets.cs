using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core.Promotions;
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

    /// <summary>The release that a rollback returns to: <paramref name="chosen"/>, or another when that is held by now. Nobody holds it
    /// until the ambient transaction ends.</summary>
    public async Task<Digest?> SecureAsync(Promotion p, Digest chosen, CancellationToken ct)
    {
        Digest? candidate = chosen;
        while (candidate is { } target && (await releases.LockAsync(target, ct))?.HeldReason is not null)
            candidate = (await FindAsync(p.Stage, p.Repository, p.Release, null, ct))?.Digest;
        return candidate;
    }
}
