using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs;

namespace Pipeline.DeployStages.Jobs;

/// <summary>
/// A commit reached a branch. A commit that was built on another branch is not built again, so its releases are checked once more: after
/// a fast-forward merge they may be offered, and those that wait for the merge may start.
/// </summary>
[DurableJob]
public sealed class OfferCommitJob
{
    private readonly ReleaseQueries releases;
    private readonly OfferReleaseJob offer;
    private readonly AdvanceReleaseJob advance;

    internal OfferCommitJob(ReleaseQueries releases, OfferReleaseJob offer, AdvanceReleaseJob advance) =>
        (this.releases, this.offer, this.advance) = (releases, offer, advance);

    /// <summary>Running it twice changes nothing.</summary>
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
