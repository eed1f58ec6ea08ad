using Pipeline.Kernel;

namespace Pipeline.DeployStages.Contract;

/// <summary>A promotion as API, UI and CLI show it.</summary>
/// <param name="Number">For people; unique on the server, never reused.</param>
/// <param name="CreatedBy"><c>system:deploy-stages</c> or <c>person:login</c>.</param>
/// <param name="PlanDigest">What an approval binds to; as of the last evaluation.</param>
/// <param name="Target">The release it returns to when it fails; null when nothing ran before it.</param>
public sealed record PromotionView(
    PromotionId Id, long Number, string Stage, string Cluster, PromotionPhase Phase, Digest Release, int ReleaseNumber,
    RepositoryId Repository, CommitSha Commit, BuildId Build, bool Automatic, string CreatedBy, long? Generation, Digest? Target,
    Digest? SupersededBy, FailureClass? FailureClass, string? Reason, IReadOnlyList<Blocker> Blockers, string? PlanDigest,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? HealthyAt, DateTimeOffset? BakeUntil, DateTimeOffset? FinishedAt,
    IReadOnlyList<DecisionView> Decisions, IReadOnlyList<PromotionDeployView> Deploys);

/// <summary>A person's decision.</summary>
/// <param name="Decision"><c>approve</c> or <c>reject</c>.</param>
/// <param name="Counts">False when the plan has changed since, or the approval has expired.</param>
public sealed record DecisionView(
    string Decision, string Person, IReadOnlyList<string> Groups, string PlanDigest, string? Comment, DateTimeOffset At, bool Counts);

/// <summary>A deploy that the promotion submitted to the scheduler.</summary>
/// <param name="State"><c>submitted</c>, <c>healthy</c> or <c>failed</c>.</param>
/// <param name="Rollback">It restores the previous release.</param>
public sealed record PromotionDeployView(
    string Deployable, string Cluster, string DeployId, Digest Release, long Generation, bool Rollback, int Instances, string State,
    FailureClass? FailureClass, string? Reason, DateTimeOffset SubmittedAt, DateTimeOffset? EndedAt);

/// <summary>One fact that a gate or the result depended on.</summary>
/// <param name="Kind"><c>signature</c>, <c>previous-stage</c>, <c>approval</c>, <c>rejection</c>, <c>hold</c>, <c>deploy</c>,
/// <c>health</c>, <c>rollback</c>.</param>
public sealed record EvidenceView(string Kind, string Sentence, DateTimeOffset? At, string? By, string? Subject);

/// <summary>Which promotions to list. All that are set must match.</summary>
public sealed record PromotionFilter(
    IReadOnlyList<PromotionPhase>? Phases = null, string? Stage = null, Digest? Release = null, RepositoryId? Repository = null,
    CommitSha? Commit = null);
