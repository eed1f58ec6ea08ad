namespace Pipeline.GitWebhooks.Core;

/// <summary>GitHub's four commit states (REST: commit statuses). Stored and sent in lower case.</summary>
public enum CommitState
{
    Pending,
    Success,
    Failure,
    Error,
}

/// <summary>The newest report of one context of a commit, and what became of it.</summary>
/// <param name="Result"><c>waiting</c>, <c>sent</c>, <c>skipped</c> or <c>failed</c>.</param>
/// <param name="Reason">Why it was skipped or failed, or why the last try did not get through.</param>
public sealed record CommitStatus(
    Guid Id, Guid RepositoryId, string Sha, string Context, CommitState State, string Description, string TargetUrl, int Version,
    string Result, string? Reason, int Attempts, DateTimeOffset ReportedAt);
