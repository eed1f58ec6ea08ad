using CsCheck;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Gates;

namespace Pipeline.DeployStages.Tests.Core.Gates;

/// <summary>Each gate with its sentence, and around the moments at which it changes.</summary>
public sealed class GatePlannerTests
{
    private const string Plan = "sha256:plan";

    private static readonly TimeSpan Soak = TimeSpan.FromMinutes(10);
    private static readonly StageBefore Healthy = new("qa", true, true, Sample.Now);

    [Fact]
    public void Nothing_in_the_way_opens_the_gates_and_needs_no_further_look()
    {
        var verdict = GatePlanner.Plan(Facts(), Sample.Now);
        Assert.True(verdict.Open);
        Assert.Null(verdict.NextLook);
    }

    public static TheoryData<string, string, string?> Single => new()
    {
        { "hold", "The release is held: Bad smell.", "anyone with the permission hold" },
        { "signature", "The artifact of web has no signed provenance: build the commit again.", null },
        { "branch", "qa accepts commits of main; this one is on try. Merge it first.", "a merge" },
        { "previous-stage", "The release must succeed in infra-qa first.", "infra-qa" },
        { "approval", "Waiting for approval by owners (0 of 2).", "owners" },
        { "slot", "Waiting for promotion 4 (release 2), which is rolling back in qa.", "promotion 4" },
    };

    [Theory]
    [MemberData(nameof(Single))]
    public void One_closed_gate_is_one_blocker(string gate, string sentence, string? clearedBy)
    {
        var verdict = GatePlanner.Plan(Closed(gate), Sample.Now);
        Assert.Equal(new Blocker(gate, sentence, null, clearedBy), Assert.Single(verdict.Blockers));
        Assert.False(verdict.Open);
        Assert.Null(verdict.NextLook);
    }

    [Theory]
    [InlineData(PromotionPhase.Deploying, "deploying")]
    [InlineData(PromotionPhase.Baking, "baking")]
    [InlineData(PromotionPhase.RollingBack, "rolling back")]
    public void A_taken_slot_says_what_moves_in_it(PromotionPhase phase, string word) => Assert.EndsWith(
        $"which is {word} in qa.",
        Assert.Single(GatePlanner.Plan(Facts() with { Moving = new(4, 2, phase) }, Sample.Now).Blockers).Sentence,
        StringComparison.Ordinal);

    [Fact]
    public void All_reasons_are_shown_at_once_the_most_important_first()
    {
        var facts = new GateFacts(
            Sample.Stage(after: "infra-qa", approval: Sample.Approval(groups: [("zeta", 1), ("alpha", 1)])), "Held.", "Unsigned.",
            "Wrong branch.", Healthy with { Succeeded = false }, new PromotionInSlot(4, 2, PromotionPhase.Baking), [], Plan);
        var verdict = GatePlanner.Plan(facts, Sample.Now);
        Assert.Equal(
            ["hold", "signature", "branch", "previous-stage", "approval", "approval", "slot"], verdict.Blockers.Select(b => b.Gate));
        Assert.Equal(["alpha", "zeta"], verdict.Blockers.Where(b => b.Gate == "approval").Select(b => b.ClearedBy));
    }

    [Fact]
    public void A_soak_ends_at_its_moment()
    {
        var found = Sample.Around(Sample.Now + Soak).Select(m => (m.Name, GatePlanner.Plan(Soaking(Healthy), m.At).Open));
        Assert.Equal([("before", false), ("at", true), ("after", true)], found);
    }

    [Fact]
    public void A_soak_says_where_how_long_and_until_when()
    {
        var blocker = Assert.Single(GatePlanner.Plan(Soaking(Healthy), Sample.Now).Blockers);
        Assert.Equal(
            new Blocker("soak", "Soaking in qa for 10 min, until 12:10:00 UTC.", Sample.Now + Soak, null), blocker);
    }

    [Theory]
    [InlineData(true, false, true, "No longer running in qa: another release replaced it before the soak ended.")]
    [InlineData(true, true, false, "Not healthy in qa; the soak of 10 min restarts when it is.")]
    [InlineData(true, false, false, "No longer running in qa: another release replaced it before the soak ended.")]
    [InlineData(false, true, true, "The release must succeed in qa first.")]
    public void A_soak_that_is_broken_never_ends_by_time(bool succeeded, bool current, bool healthy, string sentence)
    {
        var before = new StageBefore("qa", succeeded, current, healthy ? Sample.Now : null);
        foreach (var later in new[] { TimeSpan.Zero, Soak, Soak * 100 })
        {
            var blocker = Assert.Single(GatePlanner.Plan(Soaking(before), Sample.Now + later).Blockers);
            Assert.Equal((sentence, null, "qa"), (blocker.Sentence, blocker.EarliestAt, blocker.ClearedBy));
        }
    }

    [Fact]
    public void Without_a_soak_success_in_the_stage_before_is_enough()
    {
        foreach (var before in new[] { Healthy, Healthy with { IsCurrent = false }, Healthy with { HealthySince = null } })
            Assert.True(GatePlanner.Plan(Facts() with { Before = before }, Sample.Now).Open);
    }

    public static TheoryData<TimeSpan, string> Lengths => new()
    {
        { TimeSpan.FromMilliseconds(500), "0.5 s" }, { TimeSpan.FromSeconds(119), "119 s" }, { TimeSpan.FromSeconds(120), "2 min" },
        { TimeSpan.FromMinutes(119), "119 min" }, { TimeSpan.FromMinutes(120), "2 h" }, { TimeSpan.FromHours(36.5), "36.5 h" },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_length_is_written_with_the_unit_that_reads_best(TimeSpan soak, string text) => Assert.Contains(
        $"for {text},",
        GatePlanner.Plan(
            Facts() with { Stage = Sample.Stage(after: "qa", soak: soak), Before = Healthy }, Sample.Now).Blockers[0].Sentence,
        StringComparison.Ordinal);

    public static TheoryData<double, double> SoakLooks => new() { { 600, 1 }, { 1.5, 1 }, { 1, 1 }, { 0.4, 0.4 } };

    [Theory]
    [MemberData(nameof(SoakLooks))]
    public void A_soak_is_checked_every_second_and_at_its_end(double secondsLeft, double looksIn)
    {
        var before = Healthy with { HealthySince = Sample.Now - Soak + TimeSpan.FromSeconds(secondsLeft) };
        Assert.Equal(Sample.Now.AddSeconds(looksIn), GatePlanner.Plan(Soaking(before), Sample.Now).NextLook);
    }

    [Fact]
    public void A_soak_that_waits_for_health_is_checked_every_second_and_one_that_lost_its_place_is_not()
    {
        Assert.Equal(
            Sample.Now + GatePlanner.SoakWatch, GatePlanner.Plan(Soaking(Healthy with { HealthySince = null }), Sample.Now).NextLook);
        Assert.Null(GatePlanner.Plan(Soaking(Healthy with { IsCurrent = false }), Sample.Now).NextLook);
        Assert.Null(GatePlanner.Plan(Soaking(Healthy with { Succeeded = false }), Sample.Now).NextLook);
    }

    [Fact]
    public void The_moment_an_approval_expires_is_a_moment_to_look_while_another_gate_is_closed()
    {
        var policy = Sample.Approval(groups: [("owners", 1)]);
        Approval[] approvals = [Given("niki", 20, "owners"), Given("petros", 50, "owners")];
        var facts = Facts() with { Stage = Sample.Stage(approval: policy), Approvals = approvals, HeldReason = "Held." };
        Assert.Equal(Sample.Now.AddMinutes(10), GatePlanner.Plan(facts, Sample.Now).NextLook);
        Assert.Equal(Sample.Now.AddMinutes(40), GatePlanner.Plan(facts, Sample.Now.AddMinutes(20)).NextLook);
        Assert.Null(GatePlanner.Plan(facts, Sample.Now.AddMinutes(40)).NextLook);
    }

    [Fact]
    public void The_earlier_of_soak_and_expiry_is_the_next_look()
    {
        var stage = Sample.Stage(after: "qa", soak: Soak, approval: Sample.Approval(groups: [("owners", 1)]));
        var expiring = Given("niki", 60, "owners") with { At = Sample.Now.AddHours(-1).AddMilliseconds(300) };
        var facts = Facts() with { Stage = stage, Before = Healthy, Approvals = [expiring] };
        Assert.Equal(Sample.Now.AddMilliseconds(300), GatePlanner.Plan(facts, Sample.Now).NextLook);
    }

    [Fact]
    public void A_blocker_is_always_a_sentence_and_an_open_gate_has_none() =>
        (from held in Gen.Bool
         from signature in Gen.Bool
         from branch in Gen.Bool
         from succeeded in Gen.Bool
         from current in Gen.Bool
         from healthyFor in Gen.Int[-1, 1200]
         from moving in Gen.Bool
         from approvals in Gen.Int[0, 3]
         select (held, signature, branch, succeeded, current, healthyFor, moving, approvals)).Sample(
            x =>
            {
                var since = x.healthyFor < 0 ? (DateTimeOffset?)null : Sample.Now.AddSeconds(-x.healthyFor);
                var stage = Sample.Stage(after: "qa", soak: Soak, approval: Sample.Approval(groups: [("owners", 2)]));
                var facts = new GateFacts(
                    stage, x.held ? "Held." : null, x.signature ? "Unsigned." : null, x.branch ? "Wrong branch." : null,
                    new StageBefore("qa", x.succeeded, x.current, since),
                    x.moving ? new PromotionInSlot(4, 2, PromotionPhase.Deploying) : null,
                    [.. Enumerable.Range(0, x.approvals).Select(i => Given($"person{i}", 1, "owners"))], Plan);
                var verdict = GatePlanner.Plan(facts, Sample.Now);
                Assert.All(verdict.Blockers, b => Assert.Matches(@"\A[A-Z].*\.\z", b.Sentence));
                var expected = !x.held && !x.signature && !x.branch && x.succeeded && x.current && x.healthyFor >= 600 && !x.moving
                    && x.approvals >= 2;
                Assert.Equal(expected, verdict.Open);
                Assert.False(verdict.Open && verdict.NextLook is not null);
                Assert.False(verdict.NextLook <= Sample.Now);
            },
            iter: 2_000);

    private static Approval Given(string person, int minutesAgo, params string[] groups) =>
        new(person, groups, Plan, Sample.Now.AddMinutes(-minutesAgo));

    private static GateFacts Facts() => new(Sample.Stage(), null, null, null, null, null, [], Plan);

    private static GateFacts Soaking(StageBefore before) =>
        Facts() with { Stage = Sample.Stage(after: "qa", soak: Soak), Before = before };

    private static GateFacts Closed(string gate) => gate switch
    {
        "hold" => Facts() with { HeldReason = "Bad smell." },
        "signature" => Facts() with { SignatureProblem = "The artifact of web has no signed provenance: build the commit again." },
        "branch" => Facts() with { BranchProblem = "qa accepts commits of main; this one is on try. Merge it first." },
        "previous-stage" => Facts() with { Before = new StageBefore("infra-qa", false, false, null) },
        "approval" => Facts() with { Stage = Sample.Stage(approval: Sample.Approval(groups: [("owners", 2)])) },
        _ => Facts() with { Moving = new PromotionInSlot(4, 2, PromotionPhase.RollingBack) },
    };
}
