using Pipeline.DeployStages.Contract.Views;
using Pipeline.DeployStages.Core.Gates;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Commits;

/// <summary>The commits that a promotion would take into a stage, and who contributed them.</summary>
internal sealed class Contributors(Mirror mirror, CommitStore commits)
{
    /// <summary>Newest first, at most 250; the head of the release is always among them when it is known at all.</summary>
    public IReadOnlyList<PlannedCommit> Commits(RepositoryId repository, CommitSha? from, CommitSha to) =>
        [.. Facts(repository, from, to).Select(f => new PlannedCommit(f.Sha, f.Subject, f.AuthorName, f.AuthoredAt))];

    /// <summary>Authors and pushers of those commits; empty when nothing is known.</summary>
    public async Task<IReadOnlyList<Contributor>> OfAsync(RepositoryId repository, CommitSha? from, CommitSha to, CancellationToken ct)
    {
        var found = new List<Contributor>();
        var shas = Facts(repository, from, to).Select(f => f.Sha).Append(to).Distinct();
        foreach (var sha in shas)
        {
            if (await commits.GetAsync(repository, sha, ct) is { } commit)
                found.Add(new Contributor(commit.AuthorName, commit.AuthorEmail, commit.Pusher));
        }

        found.AddRange(Facts(repository, from, to).Select(f => new Contributor(f.AuthorName, f.AuthorEmail, null)));
        return [.. found.Distinct()];
    }

    private IReadOnlyList<CommitFacts> Facts(RepositoryId repository, CommitSha? from, CommitSha to) =>
        Directory.Exists(mirror.PathOf(repository)) && mirror.Contains(repository, to) ? mirror.Log(repository, from, to, 250) : [];
}
