using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;

namespace Pipeline.Server.Api;

/// <summary>A commit as it is found by its name.</summary>
internal sealed class CommitRow
{
    public Guid RepositoryId { get; init; }
    public string Owner { get; init; } = "";
    public string Name { get; init; } = "";
    public string Sha { get; init; } = "";
    public string Subject { get; init; } = "";
    public string AuthorName { get; init; } = "";
    public string AuthorEmail { get; init; } = "";
    public DateTime AuthoredAt { get; init; }
    public DateTime SeenAt { get; init; }
    public string? Pusher { get; init; }
    public string DefaultBranch { get; init; } = "";

    /// <summary>It came by them; the default branch first.</summary>
    public string[] Branches { get; init; } = [];
}

/// <summary>A commit from push to production.</summary>
/// <param name="Next">One sentence: what it waits for, why it ended, or that it runs in the last stage.</param>
/// <param name="Url">Of its page, relative to the server.</param>
internal sealed record CommitView(
    string Sha, CommitRepository Repository, string Subject, CommitAuthor Author, DateTimeOffset AuthoredAt, DateTimeOffset PushedAt,
    string? Pusher,
    IReadOnlyList<string> Branches, CommitBuild? Build, CommitRelease? Release, IReadOnlyList<CommitStageView> Stages, string Next,
    string Url);

internal sealed record CommitRepository(Guid Id, string Owner, string Name);

internal sealed record CommitAuthor(string Name, string Email);

internal sealed record CommitBuild(
    Guid Id, int Number, string State, string? FailureClass, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt);

internal sealed record CommitRelease(Digest Digest, int Number, DateTimeOffset CreatedAt, string? HeldReason);

/// <summary>One of several commits that a short name may mean.</summary>
internal sealed record CommitChoice(string Sha, string Repository, string Subject, string Url);
