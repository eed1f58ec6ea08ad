using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core.Promotions;

/// <summary>What the shell must do in the transaction of the transition.</summary>
internal abstract record PromotionEffect;

/// <summary>Take the slot for the release with a new generation and submit a deploy per deployable.</summary>
internal sealed record SubmitDeploys(Digest Release) : PromotionEffect;

/// <summary>Take the slot for the previous release, again with a new generation, and submit its deploys.</summary>
internal sealed record RestoreRelease(Digest Release) : PromotionEffect;

/// <summary>The slot's release is healthy from now on: the soak of the next stage starts.</summary>
internal sealed record StartSoakClock(DateTimeOffset At) : PromotionEffect;

/// <summary>The release is the last good one of the stage; deployables that only the other release had are removed.</summary>
internal sealed record MarkStable(Digest Release) : PromotionEffect;

/// <summary>The new release never ran: the stable one counts as current again.</summary>
internal sealed record ReleaseSlot : PromotionEffect;

/// <summary>Cancel the deploys of the newest generation that are not healthy yet.</summary>
internal sealed record CancelDeploys : PromotionEffect;

/// <summary>Remove the deployables that this promotion started and the slot did not have before, with their routes.</summary>
internal sealed record RemoveAdded : PromotionEffect;

/// <summary>The rollback never ran: this release is still what runs.</summary>
internal sealed record KeepRelease(Digest Release) : PromotionEffect;

/// <summary>Offer the release to the stages after this one.</summary>
internal sealed record OfferOnward(Digest Release) : PromotionEffect;

/// <summary>The promotion after a transition and what is to be done.</summary>
/// <param name="Applied">False when the event means nothing in the phase.</param>
internal sealed record Transition(Promotion Promotion, bool Applied, IReadOnlyList<PromotionEffect> Effects)
{
    /// <summary>The event moved the promotion.</summary>
    public static Transition To(Promotion promotion, params PromotionEffect[] effects) => new(promotion, true, effects);

    /// <summary>The event changes nothing.</summary>
    public static Transition Ignored(Promotion promotion) => new(promotion, false, []);
}
