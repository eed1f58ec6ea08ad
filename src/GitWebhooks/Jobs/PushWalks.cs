using System.Globalization;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.GitWebhooks.Jobs;

/// <summary>What git says of a push, while the branch pointed to <paramref name="Head"/>.</summary>
/// <param name="Head">Null for a new or deleted branch.</param>
/// <param name="Ancestors">What the pushed commit has in its history, of the commits that a plan may ask about.</param>
/// <param name="After">The pushed commit.</param>
/// <param name="Commits">What the push brought, newest first.</param>
/// <param name="Note">Ends the outcome of the delivery: what is not listed.</param>
internal sealed record PushWalk(
    CommitSha? Head, IReadOnlyDictionary<CommitSha, bool> Ancestors, CommitSha After, IReadOnlyList<CommitFacts> Commits, string Note)
{
    /// <summary>True when the first is in the history of the second, which is the pushed commit.</summary>
    public bool IsAncestor(CommitSha ancestor, CommitSha descendant)
    {
        Invariant.Require(descendant == After);
        return Ancestors[ancestor];
    }
}

/// <summary>Asks git about a push, before anything is locked.</summary>
internal sealed class PushWalks(Mirror mirror, History history)
{
    /// <summary>A first push may bring half a million: the newest are enough to find one's way.</summary>
    private const int MaxCommits = 10_000;

    /// <summary>Of a new branch, besides what it brings: where it comes from.</summary>
    private const int MaxOldCommitsOfNewBranch = 50;

    /// <param name="repository">The repository.</param>
    /// <param name="push">Of a branch, with a commit that the mirror holds.</param>
    /// <param name="heads">What its branches point to.</param>
    public PushWalk Read(Repository repository, PushPayload push, KnownHeads heads)
    {
        Transactions.RequireNone();
        Invariant.Require(push is { Branch: not null, After: not null });
        var after = push.After.Value;
        var ancestors = new[] { heads.Own, push.Before }.OfType<CommitSha>().Distinct()
            .ToDictionary(c => c, c => mirror.IsAncestor(repository.Id, c, after));
        var commits = NewCommits(repository.Id, push.Before ?? heads.Own, heads.Others, after);
        var note = commits.Count < MaxCommits ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; only the newest {MaxCommits:N0} of its commits are listed");
        return new PushWalk(heads.Own, ancestors, after, commits, note);
    }

    private List<CommitFacts> NewCommits(RepositoryId repository, CommitSha? before, IReadOnlyList<CommitSha> others, CommitSha after)
    {
        var commits = before == after ? []
            : history.Log(repository, before is { } known ? [known] : others, after, MaxCommits).ToList();
        if (before is null)
            commits.AddRange(history.Log(repository, [], after, MaxOldCommitsOfNewBranch));
        // A branch set back to an old commit brings nothing new, yet its head must be known.
        if (commits.Count == 0)
            commits.Add(history.Facts(repository, after));
        return [.. commits.DistinctBy(c => c.Sha)];
    }
}
