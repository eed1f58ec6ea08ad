using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;

namespace Pipeline.DeployStages.Core.Gates;

/// <summary>Everything that the gates of one promotion depend on, gathered by the shell at one moment.</summary>
/// <param name="HeldReason">Why the release is held; null when it is not.</param>
/// <param name="SignatureProblem">What is wrong with the statements of its artifacts; null when they verify.</param>
/// <param name="BranchProblem">Why the stage does not accept the commit's branches; null when it does.</param>
/// <param name="Before">The stage before, null for a first stage.</param>
/// <param name="Moving">Another promotion that moves the slot now.</param>
/// <param name="PlanDigest">Of the plan as it is now: approvals of another plan do not count.</param>
internal sealed record GateFacts(
    StagePolicy Stage, string? HeldReason, string? SignatureProblem, string? BranchProblem, StageBefore? Before, PromotionInSlot? Moving,
    IReadOnlyList<Approval> Approvals, string PlanDigest)
{
    /// <summary>What rows claim and no signature proves, as sentences: nothing starts while one is unanswered.</summary>
    public IReadOnlyList<string> Alarms { get; init; } = [];

    /// <summary>Routes of the release that it cannot have in the stage, as sentences.</summary>
    public IReadOnlyList<string> RouteProblems { get; init; } = [];
}

/// <summary>How the release fares in the stage before.</summary>
/// <param name="Succeeded">A promotion of this release succeeded there.</param>
/// <param name="IsCurrent">It is what runs there now.</param>
/// <param name="HealthySince">Healthy without a break since then; null when not healthy now.</param>
internal sealed record StageBefore(string Name, bool Succeeded, bool IsCurrent, DateTimeOffset? HealthySince);

/// <summary>The promotion that moves the slot.</summary>
internal sealed record PromotionInSlot(long Number, int ReleaseNumber, PromotionPhase Phase);

/// <summary>A person's approval of a plan.</summary>
/// <param name="Groups">The groups of the policy that the person was in when it was given.</param>
internal sealed record Approval(string Person, IReadOnlyList<string> Groups, string PlanDigest, DateTimeOffset At)
{
    /// <summary>It is about the plan as it is now, and has not expired.</summary>
    public bool Counts(ApprovalPolicy policy, string planDigest, DateTimeOffset now) =>
        PlanDigest == planDigest && now < At + policy.Expires;
}
