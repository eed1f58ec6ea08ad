using Pipeline.DeployStages.Contract;

namespace Pipeline.Ui.Queries.Promotions;

/// <param name="IsCurrent">It is what its stage runs.</param>
/// <param name="TargetNumber">The release it returns to.</param>
public sealed record PromotionPageView(
    Guid Id, long Number, Guid RepositoryId, string Repository, string Stage, string Cluster, string Release, int ReleaseNumber, string Sha,
    string? Subject, string? Author, string? AuthorEmail, string? Pusher, string Phase, string CreatedBy, long? Generation,
    string? FailureClass,
    string? Reason, IReadOnlyList<Blocker> Blockers, string? PlanDigest, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? HealthyAt, DateTimeOffset? BakeUntil, DateTimeOffset? FinishedAt, int? TargetNumber, int? SupersededByNumber,
    bool IsCurrent,
    IReadOnlyList<DecisionRow> Decisions, IReadOnlyList<DeployRow> Deploys);

public sealed record DecisionRow(string Kind, string Person, string? Comment, DateTimeOffset At, string PlanDigest);

public sealed record DeployRow(
    string Deployable, string Cluster, string DeployId, bool Rollback, int Instances, string State, string? Reason,
    DateTimeOffset? SubmittedAt,
    DateTimeOffset? EndedAt, int Healthy, IReadOnlyList<TaskBlock> Tasks);

public sealed record TaskBlock(string Id, string Phase, bool Healthy, string? Host);
