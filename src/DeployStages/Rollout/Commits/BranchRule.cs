using System.IO.Enumeration;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Rollout.Commits;

/// <summary>
/// Keeps work in progress out of stages. Only commits of the repository's default branch are offered automatically; a stage that names
/// its <c>branches</c> accepts nothing else, no matter who asks. Joins the ambient transaction.
/// </summary>
internal sealed class BranchRule(RepositoryQueries repositories, CommitQueries commits, CommitHistory history)
{
    /// <summary>Stands for the default branch of the repository, whatever its name.</summary>
    public const string Default = "default";

    private static readonly IReadOnlyList<string> OnlyDefault = [Default];

    /// <summary>The commit may be offered to the stage automatically.</summary>
    public async Task<bool> AllowsOfferAsync(StagePolicy stage, RepositoryId repository, CommitSha sha, CancellationToken ct) =>
        await ProblemAsync(stage.Name, stage.Branches ?? OnlyDefault, repository, sha, ct) is null;

    /// <summary>Why the stage does not accept the commit; null when it does.</summary>
    public async Task<string?> ProblemAsync(StagePolicy stage, RepositoryId repository, CommitSha sha, CancellationToken ct) =>
        stage.Branches is { } branches ? await ProblemAsync(stage.Name, branches, repository, sha, ct) : null;

    private async Task<string?> ProblemAsync(
        string stage, IReadOnlyList<string> patterns, RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        var known = await repositories.GetAsync(repository, ct);
        Invariant.Require(known is not null);
        var wanted = patterns.Select(p => p == Default ? known.DefaultBranch : p).ToList();
        var pushedTo = await commits.BranchesAsync(repository, sha, ct);
        if (pushedTo.Any(branch => Matches(wanted, branch)) || await IsWithinAsync(wanted, repository, sha, ct))
            return null;
        var from = pushedTo.Count == 0 ? "this one is on no known branch" : $"this one is on {string.Join(", ", pushedTo)}";
        return $"{stage} accepts commits of {string.Join(", ", wanted)}; {from}. Merge it first.";
    }

    // A commit from before the repository was added has no row that names its branch: git knows.
    private async Task<bool> IsWithinAsync(List<string> wanted, RepositoryId repository, CommitSha sha, CancellationToken ct)
    {
        var heads = await repositories.BranchesAsync(repository, ct);
        var tips = heads.Where(b => Matches(wanted, b.Name)).Select(b => b.Head).OfType<CommitSha>().ToList();
        return tips.Count > 0 && await history.IsWithinAsync(repository, sha, tips, ct);
    }

    private static bool Matches(List<string> patterns, string branch) =>
        patterns.Exists(p => FileSystemName.MatchesSimpleExpression(p, branch, ignoreCase: false));
}
