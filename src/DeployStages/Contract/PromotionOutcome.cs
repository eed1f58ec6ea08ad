using Pipeline.Kernel;

namespace Pipeline.DeployStages.Contract;

/// <summary>How a command ended. Every refusal has a stable code and sentences that say why and what to do.</summary>
public abstract record PromotionOutcome
{
    private PromotionOutcome()
    {
    }

    /// <summary>It is recorded, and what follows from it has started.</summary>
    public sealed record Done(PromotionId Promotion) : PromotionOutcome;

    /// <summary>There is no promotion, release or stage with that name.</summary>
    /// <param name="What">A sentence that names what was not found.</param>
    public sealed record Unknown(string What) : PromotionOutcome;

    /// <summary>The caller may not.</summary>
    /// <param name="Code"><c>approver-excluded</c>, <c>approver-not-in-group</c>, <c>token-cannot-approve</c>.</param>
    /// <param name="Sentence">Why.</param>
    /// <param name="Hint">What to do.</param>
    public sealed record Refused(string Code, string Sentence, string Hint) : PromotionOutcome;

    /// <summary>The state of the promotion does not allow it.</summary>
    /// <param name="Code"><c>plan-changed</c>, <c>already-approved</c>, <c>already-decided</c>, <c>already-promoted</c>,
    /// <c>nothing-to-roll-back</c>, <c>release-held</c>.</param>
    /// <param name="Sentence">Why.</param>
    /// <param name="Hint">What to do.</param>
    public sealed record Conflict(string Code, string Sentence, string Hint) : PromotionOutcome;
}

/// <summary>What a person can do to a promotion.</summary>
public enum PromotionAction
{
    /// <summary>Approve the plan as it is now.</summary>
    Approve,

    /// <summary>End a promotion that waits.</summary>
    Reject,

    /// <summary>Return the stage to the release before.</summary>
    RollBack,
}

/// <summary>Why a caller cannot do something to a promotion at the moment.</summary>
/// <param name="Code">Stable, as in <see cref="PromotionOutcome"/>; <c>permission-denied</c> when the permission is missing.</param>
/// <param name="Sentence">Why.</param>
/// <param name="Hint">What to do; null when the sentence says it.</param>
public sealed record PromotionObstacle(string Code, string Sentence, string? Hint);
