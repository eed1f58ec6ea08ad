using System.IO.Enumeration;
using Pipeline.DeployStages.Policy;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout;

/// <summary>
/// Keeps work in progress away from where it does not belong. By itself only a commit of the repository's default branch is offered;
/// a stage that names its <c>branches</c> takes nothing else, whoever asks. Joins the ambient transaction.
/// </summary>
public sealed class BranchRule(RepositoryQueries repositories, CommitQueries commits)
{
    /// <summary>Stands for the default branch of the repository, whatever its name.</summary>
    public const string Default = "default";

    private static readonly IReadOnlyList<string> OnlyDefault = [Default];

    /// <summary>The commit may be offered to the stage without anybody asking.</summary>
    public async Task<bool> OffersAsync(StagePolicy stage, RepositoryId repository, CommitSha sha, CancellationToken ct) =>
        await ProblemAsync(stage.Name, stage.Branches ?? OnlyDefault, repository, sha, ct) is null;

    /// <summary>Why the stage does not take the commit; null when it does.</summary>
    public async Task<string?> ProblemAsync(StagePolicy stage, RepositoryId repository, CommitSha sha, CancellationToken ct) =>
        stage.Branches is { } branches ? await ProblemAsync(stage.Name, branches, repository, sha, ct) : null;

    private async Task<string?> ProblemAsync(
        string stage, IReadOnlyList<string> patterns, RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        var known = await repositories.GetAsync(repository, ct);
        Invariant.Require(known is not null);
        var wanted = patterns.Select(p => p == Default ? known.DefaultBranch : p).ToList();
        var cameBy = await commits.BranchesAsync(repository, sha, ct);
        if (cameBy.Any(branch => Matches(wanted, branch)) || await IsWithinAsync(wanted, repository, sha, ct))
            return null;
        var from = cameBy.Count == 0 ? "this one came by no branch" : $"this one came by {string.Join(", ", cameBy)}";
        return $"{stage} takes commits of {string.Join(", ", wanted)}; {from}. Merge it first.";
    }

    // A commit from before the repository was known has no row that says how it came: git knows.
    private async Task<bool> IsWithinAsync(List<string> wanted, RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        var heads = await repositories.BranchesAsync(repository, ct);
        return heads.Any(b => Matches(wanted, b.Name) && b.Head is { } head && commits.IsAncestor(repository, sha, head));
    }

    private static bool Matches(List<string> patterns, string branch) =>
        patterns.Exists(p => FileSystemName.MatchesSimpleExpression(p, branch, ignoreCase: false));
}
