using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Commits;

/// <summary>
/// Which of two releases is newer. Builds of two pushes may end in either order, so the number of a release says little. Where git knows
/// that one commit contains the other, git decides; otherwise the number does.
/// </summary>
internal sealed class ReleaseOrder(ReleaseQueries releases, CommitHistory history)
{
    /// <summary>What the stage runs or is moving to, when it contains the release: an offer would take the stage back.</summary>
    public async Task<Digest?> ContainedInAsync(Release release, Slot slot, CancellationToken ct) =>
        slot.Current is { } current && current != release.Digest && await releases.FindAsync(current, ct) is { } there
            && await IsContainedAsync(release.RepositoryId, release.CommitSha, there.CommitSha, ct)
            ? current
            : null;

    /// <summary><paramref name="other"/>, which waits, is newer than the release.</summary>
    public async Task<bool> IsNewerAsync(Promotion other, Release release, CancellationToken ct)
    {
        if (await IsContainedAsync(release.RepositoryId, release.CommitSha, other.Commit, ct))
            return true;
        return other.ReleaseNumber > release.Number
            && !await IsContainedAsync(release.RepositoryId, other.Commit, release.CommitSha, ct);
    }

    private async Task<bool> IsContainedAsync(RepositoryId repository, CommitSha commit, CommitSha within, CancellationToken ct) =>
        commit != within && await history.IsWithinAsync(repository, commit, [within], ct);
}
