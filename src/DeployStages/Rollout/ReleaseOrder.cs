using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>
/// Which of two releases is newer. Builds of two pushes may end in either order, so the number of a release says little: where git knows
/// that one commit contains the other, git decides; where neither contains the other, the number does.
/// </summary>
public sealed class ReleaseOrder(ReleaseQueries releases, CommitQueries commits)
{
    /// <summary>What the stage runs or is being moved to, when the release is contained in it: it would take the stage back.</summary>
    public async Task<Digest?> ContainedInAsync(Release release, Slot slot, CancellationToken ct) =>
        slot.Current is { } current && current != release.Digest && await releases.FindAsync(current, ct) is { } there
            && IsContained(release.RepositoryId, release.CommitSha, there.CommitSha)
            ? current
            : null;

    /// <summary><paramref name="other"/>, which waits, is newer than the release.</summary>
    public bool IsNewer(Promotion other, Release release)
    {
        if (IsContained(release.RepositoryId, release.CommitSha, other.Commit))
            return true;
        return !IsContained(release.RepositoryId, other.Commit, release.CommitSha) && other.ReleaseNumber > release.Number;
    }

    private bool IsContained(RepositoryId repository, CommitSha commit, CommitSha within) =>
        commit != within && commits.IsAncestor(repository, commit, within);
}
