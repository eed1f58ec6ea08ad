using Pipeline.DeployStages.Contract.Views;
using Pipeline.DeployStages.Core.Policies;

namespace Pipeline.DeployStages.Core.Gates;

/// <summary>Everything that the gates of one promotion rest on, gathered by the shell at one moment.</summary>
/// <param name="HeldReason">Why the release is held; null when it is not.</param>
/// <param name="SignatureProblem">What is wrong with the statements of its artifacts; null when they hold.</param>
/// <param name="BranchProblem">Why the stage does not take commits of its branches; null when it does.</param>
/// <param name="Before">The stage before, null for a first stage.</param>
/// <param name="Moving">The promotion that moves the slot now.</param>
/// <param name="PlanDigest">Of the plan as of now: approvals of another plan count for nothing.</param>
public sealed record GateFacts(
    StagePolicy Stage, string? HeldReason, string? SignatureProblem, string? BranchProblem, StageBefore? Before, PromotionInSlot? Moving,
    IReadOnlyList<Approval> Approvals, string PlanDigest);

/// <summary>What the stage before says about this release.</summary>
/// <param name="Succeeded">A promotion of this release ended well there.</param>
/// <param name="IsCurrent">It is what runs there now.</param>
/// <param name="HealthySince">Without a break; null when not healthy now.</param>
public sealed record StageBefore(string Name, bool Succeeded, bool IsCurrent, DateTimeOffset? HealthySince);

public sealed record PromotionInSlot(long Number, int ReleaseNumber, PromotionPhase Phase);

/// <summary>A person's yes.</summary>
/// <param name="Groups">The groups of the policy that the person was in when it was given.</param>
public sealed record Approval(string Person, IReadOnlyList<string> Groups, string PlanDigest, DateTimeOffset At)
{
    public bool Counts(ApprovalPolicy policy, string planDigest, DateTimeOffset now) =>
        PlanDigest == planDigest && now < At + policy.Expires;
}
