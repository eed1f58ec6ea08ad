using System.Runtime.CompilerServices;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Tests.Core.Promotions;

/// <summary>Every phase meets every event; the table of what follows is reviewed.</summary>
public sealed class PromotionMachineTests
{
    private static readonly PromotionEvent[] Events =
    [
        new GatesOpened(Sample.Now, 6, Sample.Good), new DeploysBecameHealthy(Sample.Now),
        new DeployBroke(Sample.Now, FailureClass.Health, "It broke."), new BakeElapsed(Sample.Now),
        new PersonRejected(Sample.Now, "niki", "Not today"), new RollbackRequested(Sample.Now, "niki", null, Sample.Good),
        new NewerOffered(Sample.Now, Sample.Newer, "A newer release replaced it."),
        new SecurityAlarmed(Sample.Now, "digest-mismatch", "Other bytes."),
        new ReleaseHeld(Sample.Now, Sample.Release, "Leaks."), new ReleaseHeld(Sample.Now, Sample.Good, "Leaks."),
    ];

    private static readonly (string Title, Digest? Target, OnFailure OnFailure, bool WasHealthy)[] Cases =
    [
        ("with a release to return to", Sample.Good, OnFailure.Rollback, false),
        ("with a release to return to, once it was healthy", Sample.Good, OnFailure.Rollback, true),
        ("nothing to return to", null, OnFailure.Rollback, false),
        ("on_failure: stay", Sample.Good, OnFailure.Stay, false),
        ("on_failure: stay, nothing to return to", null, OnFailure.Stay, false),
    ];

    [Fact]
    public void The_table_of_every_phase_and_event_is_the_reviewed_one()
    {
        var lines = new List<string>();
        foreach (var c in Cases)
        {
            lines.Add($"# {c.Title}");
            foreach (var phase in Enum.GetValues<PromotionPhase>())
                lines.AddRange(Events.Select(e => Line(Sample.In(phase, c.Target, c.WasHealthy), With(c.Target, e), c.OnFailure)));
        }

        var file = Path.Combine(Folder(), "PromotionMachine.table.txt");
        var table = string.Join('\n', lines) + "\n";
        if (!File.Exists(file))
            File.WriteAllText(file, table);
        Assert.Equal(File.ReadAllText(file), table);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void A_bake_ends_at_its_time_and_not_before(long ticks, bool ends)
    {
        var baking = Sample.In(PromotionPhase.Baking, Sample.Good) with { BakeUntil = Sample.Now };
        var transition = PromotionMachine.Apply(baking, Sample.Stage(), new BakeElapsed(Sample.Now.AddTicks(ticks)));
        Assert.Equal(ends, transition.Applied);
        Assert.Equal(ends ? PromotionPhase.Succeeded : PromotionPhase.Baking, transition.Promotion.Phase);
    }

    [Fact]
    public void A_bake_starts_when_every_instance_is_healthy_and_lasts_as_long_as_the_policy_says()
    {
        var after = PromotionMachine.Apply(
            Sample.In(PromotionPhase.Deploying), Sample.Stage(bake: TimeSpan.FromMinutes(3)),
            new DeploysBecameHealthy(Sample.Now)).Promotion;
        Assert.Equal((Sample.Now, Sample.Now.AddMinutes(3)), (after.HealthyAt, after.BakeUntil));
        Assert.Equal(Sample.Now.AddSeconds(1), after.NextWake);
    }

    public static TheoryData<double, double> Wakes => new()
    {
        { 10_000, 1_000 }, { 1_001, 1_000 }, { 1_000, 1_000 }, { 999, 999 }, { 1, 1 }, { 0, 0 }, { -1, 0 }, { -5_000, 0 },
    };

    [Theory]
    [MemberData(nameof(Wakes))]
    public void A_baking_promotion_is_checked_every_second_and_at_the_end(double untilEnd, double wakesIn) => Assert.Equal(
        Sample.Now.AddMilliseconds(wakesIn),
        PromotionMachine.WakeInBake(Sample.Now, Sample.Now.AddMilliseconds(untilEnd)));

    [Theory]
    [InlineData(null, "Rejected by niki.")]
    [InlineData(" ", "Rejected by niki.")]
    [InlineData("Not before Monday", "Rejected by niki: Not before Monday")]
    public void A_reason_carries_the_comment(string? comment, string reason) => Assert.Equal(
        reason,
        PromotionMachine.Apply(
            Sample.In(PromotionPhase.Waiting), Sample.Stage(), new PersonRejected(Sample.Now, "niki", comment)).Promotion.Reason);

    [Fact]
    public void A_rollback_of_an_ended_promotion_forgets_how_it_ended()
    {
        var failed = Sample.In(PromotionPhase.Failed, null, wasHealthy: true) with
        {
            FailureClass = FailureClass.Health, BakeUntil = Sample.Now,
        };
        var after = PromotionMachine.Apply(
            failed, Sample.Stage(), new RollbackRequested(Sample.Now, "niki", "slow", Sample.Good)).Promotion;
        Assert.Equal((null, null, null), (after.FailureClass, after.FinishedAt, after.BakeUntil));
        Assert.Equal("Rolled back by niki: slow", after.Reason);
    }

    private static PromotionEvent With(Digest? target, PromotionEvent e) => e switch
    {
        GatesOpened g => g with { Target = target },
        RollbackRequested r => r with { Target = target },
        _ => e,
    };

    private static string Line(Promotion p, PromotionEvent e, OnFailure onFailure)
    {
        var t = PromotionMachine.Apply(p, Sample.Stage(bake: TimeSpan.FromMinutes(1), onFailure: onFailure), e);
        if (!t.Applied)
        {
            Assert.Same(p, t.Promotion);
            Assert.Empty(t.Effects);
            return $"{p.Phase,-12} {e.Name,-18} ignored";
        }

        Assert.Equal(t.Promotion.Phase == PromotionPhase.Waiting, t.Promotion.Blockers.Count > 0);
        return $"{p.Phase,-12} {e.Name,-18} -> {t.Promotion.Phase,-12} {string.Join(", ", Changes(t.Promotion))} | {Effects(t)}".TrimEnd();
    }

    private static IEnumerable<string> Changes(Promotion p)
    {
        yield return p.Generation is { } generation ? $"gen {generation}" : "gen -";
        yield return $"target {Name(p.Target)}";
        if (p.SupersededBy is not null)
            yield return $"by {Name(p.SupersededBy)}";
        if (p.FailureClass is { } failure)
            yield return $"{failure}";
        if (p.Reason is { } reason)
            yield return $"“{reason}”";
        foreach (var (what, at) in new[]
                 { ("wake", p.NextWake), ("started", p.StartedAt), ("healthy", p.HealthyAt), ("bake", p.BakeUntil), ("end", p.FinishedAt) })
        {
            if (at is { } time)
                yield return $"{what} {(time - Sample.Now).TotalSeconds:+0;-0;0}s";
        }
    }

    private static string Effects(Transition t) => string.Join(", ", t.Effects.Select(e => e switch
    {
        SubmitDeploys x => $"SubmitDeploys({Name(x.Release)})",
        RestoreRelease x => $"RestoreRelease({Name(x.Release)})",
        MarkStable x => $"MarkStable({Name(x.Release)})",
        KeepRelease x => $"KeepRelease({Name(x.Release)})",
        OfferOnward x => $"OfferOnward({Name(x.Release)})",
        StartSoakClock x => $"StartSoakClock({(x.At - Sample.Now).TotalSeconds:0}s)",
        _ => e.GetType().Name,
    }));

    private static string Name(Digest? release) =>
        release is not { } known ? "-" : known == Sample.Release ? "own" : known == Sample.Good ? "good" : "newer";

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
