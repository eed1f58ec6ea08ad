using Pipeline.Kernel;

namespace Pipeline.DeployStages.Contract.Views;

/// <summary>What a write came to. Everything but <see cref="Done"/> is refused with a stable code and a sentence that says what to
/// do.</summary>
public abstract record PromotionOutcome
{
    private PromotionOutcome()
    {
    }

    public sealed record Done(PromotionId Promotion) : PromotionOutcome;

    /// <summary>No promotion, release or stage of that name.</summary>
    public sealed record Unknown(string What) : PromotionOutcome;

    /// <summary>The caller may not: <c>approver-excluded</c>, <c>approver-not-in-group</c>, <c>token-cannot-approve</c>.</summary>
    public sealed record Refused(string Code, string Sentence, string Hint) : PromotionOutcome;

    /// <summary>The state does not allow it: <c>plan-changed</c>, <c>already-approved</c>, <c>already-decided</c>,
    /// <c>already-promoted</c>, <c>nothing-to-roll-back</c>, <c>release-held</c>.</summary>
    public sealed record Conflict(string Code, string Sentence, string Hint) : PromotionOutcome;
}
