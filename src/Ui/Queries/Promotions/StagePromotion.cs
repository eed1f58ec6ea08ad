using Pipeline.DeployStages.Contract;

namespace Pipeline.Ui.Queries.Promotions;

public sealed record StagePromotion(
    Guid Id, long Number, Guid RepositoryId, string Repository, string Stage, int ReleaseNumber, string Sha, string? Subject, string Phase,
    string? Reason, IReadOnlyList<Blocker> Blockers, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

public sealed record PromotionLine(
    Guid Id, long Number, string Stage, string Phase, string CreatedBy, string? Reason, IReadOnlyList<Blocker> Blockers,
    DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

/// <summary>The newest promotion of a commit's release into one stage.</summary>
/// <param name="Phase">Of the promotion: <c>Waiting</c>, <c>Deploying</c> …</param>
/// <param name="IsCurrent">This is what the stage runs now.</param>
public sealed record StageMark(
    string Stage, string Phase, Guid Promotion, string? Reason, IReadOnlyList<Blocker> Blockers, bool IsCurrent,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, DateTimeOffset? BakeUntil);
