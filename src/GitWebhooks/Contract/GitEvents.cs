using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.GitWebhooks.Contract;

/// <summary>A branch points to a commit that the mirror now holds.</summary>
/// <param name="Repository">The repository that was pushed to.</param>
/// <param name="Branch">Without <c>refs/heads/</c>.</param>
/// <param name="Sha">What the branch was moved to.</param>
/// <param name="Before">What the branch pointed to, null for a new branch.</param>
/// <param name="Forced">The old head is not an ancestor of the new one.</param>
/// <param name="Pusher">The forge's name for who pushed; not always the author.</param>
/// <param name="DeliveryId">Our id of the delivery.</param>
public sealed record CommitPushed(
    RepositoryId Repository, string Branch, CommitSha Sha, CommitSha? Before, bool Forced, string Pusher, string DeliveryId) : JournalEvent;

/// <summary>A branch that was known is gone.</summary>
/// <param name="Repository">The repository it belonged to.</param>
/// <param name="Branch">Without <c>refs/heads/</c>.</param>
/// <param name="DeliveryId">Our id of the delivery.</param>
public sealed record BranchDeleted(RepositoryId Repository, string Branch, string DeliveryId) : JournalEvent;

/// <summary>A commit status was sent to the forge, or visibly not.</summary>
/// <param name="Repository">The repository that the commit belongs to.</param>
/// <param name="Sha">The commit.</param>
/// <param name="Context"><c>pipeline/build</c>, <c>pipeline/&lt;stage&gt;</c>.</param>
/// <param name="State">What was to be reported.</param>
/// <param name="Result"><c>sent</c>, <c>skipped</c> or <c>failed</c>.</param>
/// <param name="Reason">Why it was skipped or failed, null when sent.</param>
public sealed record StatusReported(
    RepositoryId Repository, CommitSha Sha, string Context, string State, string Result, string? Reason) : JournalEvent;
