using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Ui.Components;

namespace Pipeline.Ui.Queries;

/// <summary>A commit in a list, with how far it came. <see cref="Repository"/> is <c>owner/name</c>.</summary>
public sealed record CommitLine(
    Guid RepositoryId, string Repository, string Sha, string Subject, string Author, string? Pusher, string? Branch, DateTimeOffset At,
    BuildMark? Build, ReleaseMark? Release, IReadOnlyList<StageMark> Stages, Guid CommitId = default);

/// <param name="State"><c>pending</c>, <c>building</c>, <c>succeeded</c>, <c>failed</c>, <c>cancelled</c>, <c>skipped</c>.</param>
public sealed record BuildMark(
    Guid Id, int Number, string State, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

public sealed record ReleaseMark(string Digest, int Number, string? HeldReason, DateTimeOffset CreatedAt);

/// <summary>The newest promotion of a commit's release into one stage.</summary>
/// <param name="Phase">Of the promotion: <c>Waiting</c>, <c>Deploying</c> …</param>
/// <param name="IsCurrent">This is what the stage runs now.</param>
public sealed record StageMark(
    string Stage, string Phase, Guid Promotion, string? Reason, IReadOnlyList<Blocker> Blockers, bool IsCurrent,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, DateTimeOffset? BakeUntil);
