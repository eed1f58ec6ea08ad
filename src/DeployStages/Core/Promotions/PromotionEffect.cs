using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core.Promotions;

/// <summary>What the shell must do in the transaction of the transition, in the imperative.</summary>
public abstract record PromotionEffect;

/// <summary>Take the slot for the release with a new generation and submit a deploy per deployable.</summary>
public sealed record SubmitDeploys(Digest Release) : PromotionEffect;

/// <summary>The same for the release before; the generation grows for it too.</summary>
public sealed record RestoreRelease(Digest Release) : PromotionEffect;

/// <summary>The slot's release is healthy from now: the clock of the next stage's soak starts.</summary>
public sealed record StartSoakClock(DateTimeOffset At) : PromotionEffect;

/// <summary>The release is the last good one of the stage; deployables that only the other release had are taken away.</summary>
public sealed record MarkStable(Digest Release) : PromotionEffect;

/// <summary>The slot was not taken over: what was stable counts as current again.</summary>
public sealed record ReleaseSlot : PromotionEffect;

/// <summary>Deploys of the newest generation that are still on their way must not get there.</summary>
public sealed record CancelDeploys : PromotionEffect;

/// <summary>The rollback did not take the slot over: this release is still what runs.</summary>
public sealed record KeepRelease(Digest Release) : PromotionEffect;

/// <summary>Offer the release to the stages after this one.</summary>
public sealed record OfferOnward(Digest Release) : PromotionEffect;

/// <summary>The promotion after a transition and what is to be done.</summary>
/// <param name="Applied">False when the event means nothing in the phase.</param>
public sealed record Transition(Promotion Promotion, bool Applied, IReadOnlyList<PromotionEffect> Effects)
{
    public static Transition To(Promotion promotion, params PromotionEffect[] effects) => new(promotion, true, effects);

    public static Transition Ignored(Promotion promotion) => new(promotion, false, []);
}
