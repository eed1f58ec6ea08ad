using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Gates;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Commits;

/// <summary>The commits that a promotion would take into a stage, and who contributed them.</summary>
internal sealed class Contributors(CommitQueries commits, CommitHistory history)
{
    /// <summary>Newest first; empty when git does not know them.</summary>
    public IReadOnlyList<PlannedCommit> Commits(RepositoryId repository, CommitSha? from, CommitSha to) =>
        [.. commits.Between(repository, from, to).Select(f => new PlannedCommit(f.Sha, f.Subject, f.AuthorName, f.AuthoredAt))];

    /// <summary>Authors and pushers of those commits; empty when nothing is known.</summary>
    public async Task<IReadOnlyList<Contributor>> OfAsync(RepositoryId repository, CommitSha? from, CommitSha to, CancellationToken ct) =>
        [.. (await history.ContributorsAsync(repository, from, to, ct)).Select(c => new Contributor(c.Name, c.Email, c.Pusher))];
}
