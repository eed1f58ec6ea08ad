using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Contract;

/// <summary>GitHub's four commit states (REST: commit statuses). Stored and sent in lower case.</summary>
public enum CommitState
{
    /// <summary>Not decided yet.</summary>
    Pending,

    /// <summary>It went well.</summary>
    Success,

    /// <summary>The commit is at fault.</summary>
    Failure,

    /// <summary>Something else is at fault.</summary>
    Error,
}

/// <summary>The newest report of one context of a commit, and what became of it.</summary>
/// <param name="Id">Our id.</param>
/// <param name="RepositoryId">The repository that the commit belongs to.</param>
/// <param name="Sha">The commit, 40 hex digits.</param>
/// <param name="Context"><c>pipeline/build</c>, <c>pipeline/&lt;stage&gt;</c>.</param>
/// <param name="State">What is reported.</param>
/// <param name="Description">One line of at most 140 characters.</param>
/// <param name="TargetUrl">Where people read more.</param>
/// <param name="Version">Counts the reports of this context.</param>
/// <param name="Result"><c>waiting</c>, <c>sent</c>, <c>skipped</c> or <c>failed</c>.</param>
/// <param name="Reason">Why it was skipped or failed, or why the last attempt did not get through.</param>
/// <param name="Attempts">How often this version was tried.</param>
/// <param name="ReportedAt">When this version was reported.</param>
public sealed record CommitStatus(
    Guid Id, Guid RepositoryId, string Sha, string Context, CommitState State, string Description, string TargetUrl, int Version,
    string Result, string? Reason, int Attempts, DateTimeOffset ReportedAt);

/// <summary>What a commit's page on the forge shall say.</summary>
/// <param name="Repository">The repository that the commit belongs to.</param>
/// <param name="Sha">The commit.</param>
/// <param name="Context"><c>pipeline/build</c>, <c>pipeline/&lt;stage&gt;</c>: never a number or a time in it.</param>
/// <param name="State">How the commit is doing.</param>
/// <param name="Description">Cut to 140 characters: say the reason first.</param>
/// <param name="TargetPath">Path on this server, <c>/builds/…</c>.</param>
public sealed record NewCommitStatus(
    RepositoryId Repository, CommitSha Sha, string Context, CommitState State, string Description, string TargetPath);
