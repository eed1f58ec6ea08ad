using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>The commits that go into a stage, and who made them.</summary>
public sealed class Contributors(CommitQueries commits)
{
    /// <summary>Newest first, at most 250; the head of the release is always among them when it is known at all.</summary>
    public IReadOnlyList<PlannedCommit> Commits(RepositoryId repository, CommitSha? from, CommitSha to) =>
        [.. commits.Between(repository, from, to).Select(f => new PlannedCommit(f.Sha, f.Subject, f.AuthorName, f.AuthoredAt))];

    /// <summary>Authors and pushers of every commit that goes in; empty when nothing is known.</summary>
    public async Task<IReadOnlyList<Contributor>> OfAsync(RepositoryId repository, CommitSha? from, CommitSha to, CancellationToken ct) =>
        [.. (await commits.ContributorsAsync(repository, from, to, ct)).Select(c => new Contributor(c.Name, c.Email, c.Pusher))];
}
