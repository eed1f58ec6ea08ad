using Pipeline.Kernel;

namespace Pipeline.DeployStages.Contract;

/// <summary>A stage as the policy in force defines it.</summary>
/// <param name="Source"><c>stages.yaml:12</c>: where it is defined.</param>
public sealed record StageView(
    string Name, string Cluster, string Promote, string? After, bool SignatureRequired, double SoakSeconds, ApprovalRuleView? Approval,
    double BakeSeconds, string OnFailure, double BudgetSeconds, string Source);

/// <summary>Who must approve.</summary>
/// <param name="Groups">How many persons of each group.</param>
/// <param name="Exclude"><c>author</c>, <c>pusher</c>.</param>
/// <param name="ExpiresSeconds">How long an approval counts.</param>
public sealed record ApprovalRuleView(IReadOnlyDictionary<string, int> Groups, IReadOnlyList<string> Exclude, double ExpiresSeconds);

/// <summary>A row of the matrix: a deployable and what it runs in each stage, in the order of the policy.</summary>
/// <param name="Kind"><c>service</c> or <c>worker</c>.</param>
public sealed record DeployableRow(string Name, string Kind, RepositoryId Repository, IReadOnlyList<DeployableCell> Stages);

/// <summary>What a deployable runs in one stage.</summary>
/// <param name="State"><c>absent</c>, <c>healthy</c>, <c>deploying</c>, <c>baking</c>, <c>rolling-back</c>, <c>degraded</c>,
/// for crons and jobs <c>active</c>, <c>succeeded</c>.</param>
/// <param name="Next">The promotion that waits for or moves this slot, if any.</param>
public sealed record DeployableCell(
    string Stage, string State, Digest? Release, int? ReleaseNumber, CommitSha? Commit, int Healthy, int Instances, DateTimeOffset? Since,
    PromotionId? Promotion, PromotionId? Next, string? Reason)
{
    /// <summary>Why the service gets no traffic here although it has a route, as a sentence; null for everything else.</summary>
    public string? NoTraffic { get; init; }
}

/// <summary>Which deployables are wanted; null: all.</summary>
/// <param name="Find">A part of the name, in any case.</param>
/// <param name="Stage">Where they run.</param>
/// <param name="Repository">Whose they are.</param>
public sealed record DeployableFilter(string? Find = null, string? Stage = null, RepositoryId? Repository = null);

/// <summary>How far a commit came in one stage.</summary>
/// <param name="State">
/// A phase in kebab-case (<c>waiting</c>, <c>deploying</c> … ), <c>running</c> when this is what the stage runs now, or
/// <c>not-reached</c>.
/// </param>
/// <param name="Reason">Why it waits or how it ended; what comes before it when not reached.</param>
public sealed record CommitStageView(
    string Stage, string State, PromotionId? Promotion, long? Number, DateTimeOffset? Since, string? Reason,
    IReadOnlyList<Blocker> Blockers);

/// <summary>What a repository runs in a stage.</summary>
public sealed record SlotView(
    string Stage, RepositoryId Repository, long Generation, Digest? Current, Digest? Stable, PromotionId? Promotion, DateTimeOffset? Since,
    DateTimeOffset? HealthySince);
