using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core.Promotions;

/// <summary>What happened to a promotion, in the past tense.</summary>
internal abstract record PromotionEvent(DateTimeOffset At)
{
    /// <summary>As the log and the transition table show it.</summary>
    public abstract string Name { get; }
}

/// <summary>No blocker is left and the slot is free.</summary>
/// <param name="Generation">One more than the slot's.</param>
/// <param name="Target">The slot's last good release, when it differs and may run.</param>
internal sealed record GatesOpened(DateTimeOffset At, long Generation, Digest? Target) : PromotionEvent(At)
{
    /// <inheritdoc/>
    public override string Name => "gates.opened";
}

/// <summary>Every deploy of the newest generation is healthy.</summary>
internal sealed record DeploysBecameHealthy(DateTimeOffset At) : PromotionEvent(At)
{
    /// <inheritdoc/>
    public override string Name => "deploys.healthy";
}

/// <summary>A deploy failed, or one of its instances failed during the bake.</summary>
/// <param name="Reason">The deployable and the deciding evidence.</param>
internal sealed record DeployBroke(DateTimeOffset At, FailureClass Class, string Reason) : PromotionEvent(At)
{
    /// <inheritdoc/>
    public override string Name => "deploy.broke";
}

/// <summary>The bake is over and every instance is healthy.</summary>
internal sealed record BakeElapsed(DateTimeOffset At) : PromotionEvent(At)
{
    /// <inheritdoc/>
    public override string Name => "bake.elapsed";
}

/// <summary>A person rejected the promotion.</summary>
internal sealed record PersonRejected(DateTimeOffset At, string Person, string? Comment) : PromotionEvent(At)
{
    /// <inheritdoc/>
    public override string Name => "person.rejected";
}

/// <summary>A person or a token requested a rollback.</summary>
/// <param name="Target">What the stage returns to when this promotion had already ended.</param>
internal sealed record RollbackRequested(DateTimeOffset At, string Person, string? Comment, Digest? Target) : PromotionEvent(At)
{
    /// <inheritdoc/>
    public override string Name => "rollback.requested";
}

/// <summary>A newer release was offered to the same stage.</summary>
internal sealed record NewerOffered(DateTimeOffset At, Digest By, string Reason) : PromotionEvent(At)
{
    /// <inheritdoc/>
    public override string Name => "newer.offered";
}

/// <summary>A digest or signature of the release did not match.</summary>
internal sealed record SecurityAlarmed(DateTimeOffset At, string Code, string Detail) : PromotionEvent(At)
{
    /// <inheritdoc/>
    public override string Name => "security.alarmed";
}

/// <summary>A person holds a release.</summary>
/// <param name="Release">That of the promotion, or the one that it returns to.</param>
/// <param name="Reason">The person's.</param>
internal sealed record ReleaseHeld(DateTimeOffset At, Digest Release, string Reason) : PromotionEvent(At)
{
    /// <inheritdoc/>
    public override string Name => "release.held";
}
