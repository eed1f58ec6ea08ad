using CsCheck;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Core.Promotions;

/// <summary>Whatever happens, in whatever order, a promotion keeps its rules. CsCheck prints the seed of a failure.</summary>
public sealed class PromotionRulesTests
{
    private static readonly Gen<Digest?> Target = Gen.OneOf<Digest?>(Gen.Const((Digest?)null), Gen.Const((Digest?)Sample.Good));

    private static readonly Gen<PromotionEvent> Event =
        from seconds in Gen.Int[0, 300]
        from kind in Gen.Int[0, 8]
        from target in Target
        from failure in Gen.Enum<FailureClass>()
        select Make(kind, Sample.Now.AddSeconds(seconds), target, failure);

    private static readonly Gen<(StagePolicy Stage, PromotionEvent[] Events)> History =
        from onFailure in Gen.Enum<OnFailure>()
        from bake in Gen.Int[0, 120]
        from events in Event.Array[1, 30]
        select (Sample.Stage(bake: TimeSpan.FromSeconds(bake), onFailure: onFailure), events);

    [Fact]
    public void The_generation_never_decreases_and_grows_with_every_submission() => Each((before, t) =>
    {
        var grown = (t.Promotion.Generation ?? 0) - (before.Generation ?? 0);
        Assert.True(grown >= 0);
        Assert.Equal(t.Effects.Any(e => e is SubmitDeploys or RestoreRelease), grown > 0);
    });

    [Fact]
    public void A_rejected_superseded_or_rolled_back_promotion_never_moves_again() => Each((before, t) =>
    {
        if (before.Phase is PromotionPhase.Rejected or PromotionPhase.Superseded or PromotionPhase.RolledBack)
            Assert.False(t.Applied);
    });

    [Fact]
    public void An_ended_promotion_moves_only_to_roll_back() => Each((before, t) =>
    {
        if (before.Phase is PromotionPhase.Succeeded or PromotionPhase.Failed && t.Applied)
            Assert.Equal(PromotionPhase.RollingBack, t.Promotion.Phase);
    });

    [Fact]
    public void An_ignored_event_changes_nothing_and_an_applied_one_changes_the_phase() => Each((before, t) =>
    {
        Assert.Equal(t.Applied, before.Phase != t.Promotion.Phase);
        if (t.Applied)
            return;
        Assert.Same(before, t.Promotion);
        Assert.Empty(t.Effects);
    });

    [Fact]
    public void A_running_promotion_has_a_next_wake_and_an_ended_one_has_none() => Each((_, t) =>
    {
        if (!t.Applied)
            return;
        Assert.Equal(t.Promotion.IsRunning, t.Promotion.NextWake is not null);
        Assert.Equal(!t.Promotion.IsRunning, t.Promotion.FinishedAt is not null);
    });

    [Fact]
    public void Only_a_waiting_promotion_is_superseded_or_rejected() => Each((before, t) =>
    {
        if (t.Applied && t.Promotion.Phase is PromotionPhase.Superseded or PromotionPhase.Rejected)
            Assert.Equal(PromotionPhase.Waiting, before.Phase);
    });

    [Fact]
    public void A_rollback_has_a_target_that_is_not_the_release_itself() => Each((_, t) =>
    {
        if (t.Applied && t.Promotion.Phase == PromotionPhase.RollingBack)
            Assert.True(t.Promotion.Target is { } target && target != t.Promotion.Release);
    });

    [Fact]
    public void A_failure_has_a_reason_and_an_offer_follows_success_alone() => Each((_, t) =>
    {
        if (t.Applied && t.Promotion.Phase is PromotionPhase.Failed or PromotionPhase.RollingBack)
            Assert.False(string.IsNullOrEmpty(t.Promotion.Reason));
        Assert.Equal(t.Applied && t.Promotion.Phase == PromotionPhase.Succeeded, t.Effects.OfType<OfferOnward>().Any());
    });

    [Fact]
    public void A_security_alarm_never_leaves_the_release_in_a_stage_that_can_return() => Each((before, t) =>
    {
        if (t.Applied && t.Promotion is { FailureClass: FailureClass.Security, Target: not null } && before.IsRunning
            && before.FailureClass != FailureClass.Security && before.Phase != PromotionPhase.RollingBack)
            Assert.Equal(PromotionPhase.RollingBack, t.Promotion.Phase);
    });

    [Fact]
    public void Every_transition_has_its_event_in_the_journal() => Each((_, t) =>
    {
        var journaled = PromotionJournal.Of(t.Promotion, "niki", null);
        Assert.Contains(PromotionEventKinds.All, k => k.Type == journaled.GetType());
    });

    private static PromotionEvent Make(int kind, DateTimeOffset at, Digest? target, FailureClass failure) => kind switch
    {
        0 => new GatesOpened(at, 6, target),
        1 => new DeploysBecameHealthy(at),
        2 => new DeployBroke(at, failure, "It broke."),
        3 => new BakeElapsed(at),
        4 => new PersonRejected(at, "niki", null),
        5 => new RollbackRequested(at, "niki", "slow", target),
        6 => new NewerOffered(at, Sample.Newer, "A newer release replaced it."),
        7 => new ReleaseHeld(at, target ?? Sample.Release, "Leaks."),
        _ => new SecurityAlarmed(at, "digest-mismatch", "Other bytes."),
    };

    private static void Each(Action<Promotion, Transition> check) => History.Sample(
        history =>
        {
            var p = Sample.In(PromotionPhase.Waiting);
            foreach (var e in history.Events)
            {
                var transition = PromotionMachine.Apply(p, history.Stage, e);
                check(p, transition);
                p = transition.Promotion;
            }
        },
        iter: 2_000);
}
