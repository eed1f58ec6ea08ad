using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.Ui.Display;

namespace Pipeline.Ui.Tests.Display;

/// <summary>The words and tones of states, and of what promotions wait for.</summary>
public sealed class StateWordsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 29, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("RolledBack", "rolled-back")]
    [InlineData("rolled_back", "rolled-back")]
    [InlineData("rolled-back", "rolled-back")]
    [InlineData("TimedOut", "timed-out")]
    [InlineData("FAILED", "failed")]
    [InlineData("not placed", "not-placed")]
    [InlineData("Succeeded", "succeeded")]
    [InlineData("", "")]
    public void However_a_state_is_written_it_has_one_key(string state, string key) => Assert.Equal(key, StateWords.Key(state));

    [Theory]
    [InlineData("Succeeded", "succeeded", StateTone.Good)]
    [InlineData("healthy", "healthy", StateTone.Good)]
    [InlineData("Failed", "failed", StateTone.Bad)]
    [InlineData("RolledBack", "rolled back", StateTone.Bad)]
    [InlineData("Removed", "framework removed", StateTone.Bad)]
    [InlineData("RollingBack", "rolling back", StateTone.Working)]
    [InlineData("Launching", "starting", StateTone.Working)]
    [InlineData("waiting-approval", "waiting: approval", StateTone.Person)]
    [InlineData("Queued", "queued", StateTone.Clock)]
    [InlineData("MissingOnStart", "not seen since the server started", StateTone.Clock)]
    [InlineData("Held", "held", StateTone.Stopped)]
    [InlineData("Superseded", "superseded", StateTone.Gone)]
    [InlineData("security", "signature mismatch", StateTone.Security)]
    [InlineData("a-state-of-a-newer-server", "a state of a newer server", StateTone.Gone)]
    public void A_state_has_a_word_and_a_tone(string state, string word, StateTone tone) => Assert.Equal((tone, word),
        StateWords.Of(state));

    [Fact]
    public void Every_way_to_end_has_its_own_word() =>
        Assert.Equal(3, Enum.GetNames<Outcome>().Select(o => StateWords.Of(o).Word).Distinct().Count());

    [Theory]
    [InlineData("approval", StateTone.Person)]
    [InlineData("hold", StateTone.Stopped)]
    [InlineData("signature", StateTone.Security)]
    [InlineData("health", StateTone.Bad)]
    [InlineData("soak", StateTone.Clock)]
    [InlineData("previous-stage", StateTone.Clock)]
    [InlineData("a-gate-of-a-newer-server", StateTone.Clock)]
    public void A_gate_has_the_tone_of_who_opens_it(string gate, StateTone tone)
    {
        var reason = Assert.Single(WaitReason.Of([new Blocker(gate, "Because.", Now, null)]));

        Assert.Equal(tone, reason.Tone);
        Assert.Equal(gate.Replace('-', ' '), reason.Word);
        Assert.Equal(("Because.", Now), (reason.Sentence, reason.Earliest));
    }

    [Fact]
    public void Of_several_blockers_the_one_that_matters_most_is_shown()
    {
        Blocker soak = new("soak", "", Now, null), approval = new("approval", "", null, null), hold = new("hold", "", null, null);

        Assert.Equal((StateTone.Clock, "waiting: soak"), PromotionLook.Of("Waiting", [soak]));
        Assert.Equal((StateTone.Person, "waiting: approval"), PromotionLook.Of("Waiting", [soak, approval]));
        Assert.Equal((StateTone.Stopped, "waiting: hold"), PromotionLook.Of("waiting", [soak, approval, hold]));
        Assert.Equal(((StateTone?)null, (string?)null), PromotionLook.Of("Waiting", []));
        Assert.Equal(((StateTone?)null, (string?)null), PromotionLook.Of("Deploying", [hold]));
    }

    [Fact]
    public void The_rules_of_a_stage_read_as_one_sentence()
    {
        var approval = new ApprovalRuleView(new Dictionary<string, int> { ["release-managers"] = 1, ["owners"] = 2 }, ["author", "pusher"],
            3600);

        Assert.Equal(
            "Automatic promotion; after product-qa; signature required; healthy for 30 s in the previous stage; "
            + "approval by 2 of owners, 1 of release-managers, not by the author or the pusher; bakes for 1:00; automatic rollback on failure.",
            StageRules.Sentence(new StageView("production", "production", "automatic", "product-qa", true, 30, approval, 60, "rollback",
            300, "")));
        Assert.Equal(
            "Manual promotion; no rollback on failure.", StageRules.Sentence(new StageView("lab", "lab", "manual", null, false, 0, null, 0,
            "stay", 300, "")));
        Assert.Contains(
            "approval by 1 of owners;",
            StageRules.Sentence(new StageView(
                "lab", "lab", "manual", null, false, 0, new ApprovalRuleView(new Dictionary<string, int> { ["owners"] = 1 }, [], 60), 0,
                "stay", 300, "")),
            StringComparison.Ordinal);
    }
}
