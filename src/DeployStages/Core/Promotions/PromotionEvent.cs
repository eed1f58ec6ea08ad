using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core.Promotions;

/// <summary>What happened to a promotion, in the past tense.</summary>
public abstract record PromotionEvent(DateTimeOffset At)
{
    /// <summary>Stable name, for logs and the transition table.</summary>
    public abstract string Name { get; }
}

/// <summary>No blocker is left and the slot is free.</summary>
/// <param name="Generation">One more than the slot's.</param>
/// <param name="Target">The slot's last good release, when it differs and may run.</param>
public sealed record GatesOpened(DateTimeOffset At, long Generation, Digest? Target) : PromotionEvent(At)
{
    public override string Name => "gates.opened";
}

/// <summary>Every deploy of the newest generation is healthy.</summary>
public sealed record DeploysBecameHealthy(DateTimeOffset At) : PromotionEvent(At)
{
    public override string Name => "deploys.healthy";
}

/// <summary>A deploy was given up, or an instance of it failed while it baked.</summary>
/// <param name="Reason">The deployable and the deciding evidence.</param>
public sealed record DeployBroke(DateTimeOffset At, FailureClass Class, string Reason) : PromotionEvent(At)
{
    public override string Name => "deploy.broke";
}

/// <summary>The time to watch is over and every instance is healthy.</summary>
public sealed record BakeElapsed(DateTimeOffset At) : PromotionEvent(At)
{
    public override string Name => "bake.elapsed";
}

public sealed record PersonRejected(DateTimeOffset At, string Person, string? Comment) : PromotionEvent(At)
{
    public override string Name => "person.rejected";
}

/// <param name="Target">What the stage returns to when this promotion had already ended.</param>
public sealed record RollbackAsked(DateTimeOffset At, string Person, string? Comment, Digest? Target) : PromotionEvent(At)
{
    public override string Name => "rollback.asked";
}

/// <summary>Another release wants into the same stage.</summary>
public sealed record NewerOffered(DateTimeOffset At, Digest By, string Reason) : PromotionEvent(At)
{
    public override string Name => "newer.offered";
}

/// <summary>A digest or signature of the release did not match.</summary>
public sealed record SecurityAlarmed(DateTimeOffset At, string Code, string Detail) : PromotionEvent(At)
{
    public override string Name => "security.alarmed";
}
