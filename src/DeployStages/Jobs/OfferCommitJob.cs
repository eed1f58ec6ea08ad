using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Jobs;

/// <summary>
/// A commit reached a branch. One that was built on another branch is not built again, so what it released is looked at once more:
/// after a fast-forward merge it may be offered now, and one that waits for the merge may go. Twice changes nothing.
/// </summary>
public sealed class OfferCommitJob(ReleaseQueries releases, OfferReleaseJob offer, AdvanceReleaseJob advance)
{
    public async Task ExecuteAsync(Guid repository, string sha, CancellationToken ct)
    {
        foreach (var release in await releases.ForCommitAsync(CommitSha.Parse(sha), ct))
        {
            if (release.RepositoryId.Value != repository)
                continue;
            await offer.ExecuteAsync(release.Digest.ToString(), ct);
            await advance.ExecuteAsync(release.Digest.ToString(), ct);
        }
    }
}
