using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Core;

/// <summary>What to do with a push, decided from facts only.</summary>
/// <param name="MoveHead">The branch now points to the pushed commit.</param>
/// <param name="Announce">The commit is worth a build: it was pushed, and nothing newer was announced before it arrived.</param>
internal sealed record BranchPlan(bool MoveHead, bool Announce, bool Forced, string Outcome);

/// <summary>
/// GitHub does not keep the order of deliveries, and jobs run side by side: the order is taken from git and from what the remote
/// says now, never from which job came first.
/// </summary>
internal static class BranchPlanner
{
    /// <param name="head">What we hold; null for a new or deleted branch.</param>
    /// <param name="headReceivedAt">Arrival of the delivery that set it.</param>
    /// <param name="remote">What the remote says the branch points to now; null when it has no such branch.</param>
    /// <param name="isAncestor">True when the first is in the history of the second.</param>
    public static BranchPlan Plan(
        CommitSha after, CommitSha? before, bool forced, DateTimeOffset receivedAt, CommitSha? head, DateTimeOffset headReceivedAt,
        CommitSha? remote, Func<CommitSha, CommitSha, bool> isAncestor)
    {
        if (remote is null)
            return new BranchPlan(false, false, forced, "the branch was deleted since");
        var rewritten = forced || (before is { } old && !isAncestor(old, after));
        if (head == after)
            return new BranchPlan(false, true, rewritten, "head unchanged");
        if (remote == after)
            return new BranchPlan(true, true, rewritten, "head moved");
        if (head is not { } current)
            return new BranchPlan(true, true, rewritten, "head moved");
        if (isAncestor(current, after))
            return new BranchPlan(true, true, rewritten, "head moved");
        // Older than what we hold: late when it also arrived later, otherwise only its job was slower than the next one's.
        return receivedAt > headReceivedAt
            ? new BranchPlan(false, false, rewritten, $"late: {current.Short} is newer and was processed before")
            : new BranchPlan(false, true, rewritten, $"head stays at the newer {current.Short}");
    }
}
