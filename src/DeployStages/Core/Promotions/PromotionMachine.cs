using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Core.Promotions;

/// <summary>
/// The life of a promotion. Pure: the same promotion and event always give the same transition. The table of every phase and event is
/// reviewed in <c>tests/DeployStages.Tests/Core/Promotions/PromotionMachine.table.txt</c>.
/// </summary>
internal static class PromotionMachine
{
    /// <summary>How often a running promotion checks its deploys when no event comes.</summary>
    public static readonly TimeSpan Watch = TimeSpan.FromSeconds(5);

    /// <summary>What the event leads to; ignored when it means nothing in the phase.</summary>
    public static Transition Apply(Promotion p, StagePolicy policy, PromotionEvent e) => p.Phase switch
    {
        PromotionPhase.Waiting => WhenWaiting(p, e),
        PromotionPhase.Deploying => WhenDeploying(p, policy, e),
        PromotionPhase.Baking => WhenBaking(p, policy, e),
        PromotionPhase.RollingBack => WhenRollingBack(p, e),
        PromotionPhase.Succeeded => WhenSucceeded(p, e),
        PromotionPhase.Failed => WhenFailed(p, e),
        PromotionPhase.RolledBack or PromotionPhase.Rejected or PromotionPhase.Superseded => Transition.Ignored(p),
    };

    private static Transition WhenWaiting(Promotion p, PromotionEvent e) => e switch
    {
        GatesOpened g => Transition.To(
            p with
            {
                Phase = PromotionPhase.Deploying, Generation = g.Generation, Target = g.Target, StartedAt = g.At, Blockers = [],
                NextWake = g.At + Watch,
            },
            new SubmitDeploys(p.Release)),
        PersonRejected r => Transition.To(
            Ended(p, PromotionPhase.Rejected, r.At) with { Reason = Because($"Rejected by {r.Person}", r.Comment) }),
        NewerOffered n => Transition.To(
            Ended(p, PromotionPhase.Superseded, n.At) with { SupersededBy = n.By, Reason = n.Reason }),
        _ => Transition.Ignored(p),
    };

    private static Transition WhenDeploying(Promotion p, StagePolicy policy, PromotionEvent e) => e switch
    {
        DeploysBecameHealthy h => Transition.To(
            p with
            {
                Phase = PromotionPhase.Baking, HealthyAt = h.At, BakeUntil = h.At + policy.Bake,
                NextWake = WakeInBake(h.At, h.At + policy.Bake),
            },
            new StartSoakClock(h.At)),
        DeployBroke b => Broken(p, policy, b.At, b.Class, b.Reason),
        SecurityAlarmed s => Broken(p, policy, s.At, FailureClass.Security, $"{s.Code}: {s.Detail}"),
        ReleaseHeld h when h.Release == p.Release => Held(p with { Reason = Because("Held", h.Reason) }, h.At),
        RollbackRequested r when p.Target is { } target => Requested(p, r, target),
        RollbackRequested r => GivenUp(p with { Reason = Because($"Stopped by {r.Person}", r.Comment) }, r.At),
        _ => Transition.Ignored(p),
    };

    // A rollback with nothing to return to is ignored: what is healthy now is all there is. The caller says so.
    private static Transition WhenBaking(Promotion p, StagePolicy policy, PromotionEvent e) => e switch
    {
        BakeElapsed b when b.At >= p.BakeUntil => Transition.To(
            Ended(p, PromotionPhase.Succeeded, b.At), new MarkStable(p.Release), new OfferOnward(p.Release)),
        DeployBroke b => Broken(p, policy, b.At, b.Class, b.Reason),
        SecurityAlarmed s => Broken(p, policy, s.At, FailureClass.Security, $"{s.Code}: {s.Detail}"),
        RollbackRequested r when p.Target is { } target => Requested(p, r, target),
        _ => Transition.Ignored(p),
    };

    private static Transition WhenRollingBack(Promotion p, PromotionEvent e) => e switch
    {
        DeploysBecameHealthy h when p.Target is { } target => Transition.To(
            Ended(p, PromotionPhase.RolledBack, h.At), new StartSoakClock(h.At), new MarkStable(target)),
        DeployBroke b => NotBack(
            p with { FailureClass = b.Class, Reason = $"{p.Reason} The rollback failed as well: {b.Reason}" }, b.At),
        ReleaseHeld h when h.Release == p.Target => NotBack(
            p with { Reason = $"{p.Reason} {Because("The rollback stopped because its release is held", h.Reason)}" }, h.At),
        _ => Transition.Ignored(p),
    };

    // A succeeded promotion can be undone as long as its release is what the stage runs; the caller checks that.
    private static Transition WhenSucceeded(Promotion p, PromotionEvent e) => e switch
    {
        RollbackRequested { Target: { } target } r => Requested(p, r, target),
        _ => Transition.Ignored(p),
    };

    // It stayed for people to inspect, or its rollback failed: it is still what runs, so there must be a way back.
    private static Transition WhenFailed(Promotion p, PromotionEvent e) => e switch
    {
        RollbackRequested { Target: { } target } r when p.HealthyAt is not null => Requested(p, r, target),
        _ => Transition.Ignored(p),
    };

    // on_failure decides about bad health only: a release that does not verify is always rolled back.
    private static Transition Broken(Promotion p, StagePolicy policy, DateTimeOffset at, FailureClass @class, string reason)
    {
        var broken = p with { FailureClass = @class, Reason = reason, BakeUntil = null };
        return policy.OnFailure switch
        {
            OnFailure.Rollback when p.Target is { } target => Back(broken, at, target),
            OnFailure.Stay when @class == FailureClass.Security && p.Target is { } target => Back(broken, at, target),
            OnFailure.Rollback or OnFailure.Stay => GivenUp(broken, at),
        };
    }

    private static Transition GivenUp(Promotion p, DateTimeOffset at) => p.HealthyAt is null
        ? Withdrawn(p, at, p.Target is null ? "There is no release to return to: every" : "Every")
        : Transition.To(Ended(p, PromotionPhase.Failed, at));

    // A release comes into force as a whole. Deploys that never became healthy left the old instances in place and must not replace
    // them later, and what became healthy of deployables that the stage did not have must not run on: no release in force has it.
    private static Transition Withdrawn(Promotion p, DateTimeOffset at, string every) => Transition.To(
        Ended(
            p with { Reason = $"{AsSentence(p.Reason)} {every} deployable that it had added to {p.Stage} is removed." },
            PromotionPhase.Failed, at),
        new CancelDeploys(), new RemoveAdded(), new ReleaseSlot());

    // Before every instance is healthy nothing of a release that is held may start; what runs already is for people to roll back.
    private static Transition Held(Promotion p, DateTimeOffset at) => p.Target is { } target ? Back(p, at, target) : GivenUp(p, at);

    private static Transition NotBack(Promotion p, DateTimeOffset at) => p.HealthyAt is null
        ? Withdrawn(p, at, "Every")
        : Transition.To(Ended(p, PromotionPhase.Failed, at), new CancelDeploys(), new KeepRelease(p.Release));

    private static Transition Requested(Promotion p, RollbackRequested requested, Digest target) => Back(
        p with
        {
            Reason = Because($"Rolled back by {requested.Person}", requested.Comment), FailureClass = null, BakeUntil = null,
            FinishedAt = null,
        },
        requested.At,
        target);

    private static Transition Back(Promotion p, DateTimeOffset at, Digest target) => Transition.To(
        p with { Phase = PromotionPhase.RollingBack, Target = target, Generation = p.Generation + 1, NextWake = at + Watch },
        new RestoreRelease(target));

    private static Promotion Ended(Promotion p, PromotionPhase phase, DateTimeOffset at) =>
        p with { Phase = phase, FinishedAt = at, NextWake = null, Blockers = [] };

    // The reason of a task is a phrase without a stop.
    private static string AsSentence(string? reason) =>
        string.IsNullOrEmpty(reason) || reason[^1] is '.' or '!' or '?' ? reason ?? "" : reason + ".";

    private static string Because(string what, string? comment) => string.IsNullOrWhiteSpace(comment) ? what + "." : $"{what}: {comment}";

    /// <summary>A baking promotion is checked every second, and at the moment the bake ends.</summary>
    public static DateTimeOffset WakeInBake(DateTimeOffset now, DateTimeOffset until)
    {
        var next = now + TimeSpan.FromSeconds(1);
        return until > now && until < next ? until : until <= now ? now : next;
    }
}
