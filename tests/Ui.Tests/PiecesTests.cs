using Bunit;
using Pipeline.DeployStages.Contract;
using Pipeline.Ui.Components;
using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Tests;

/// <summary>The shared pieces that need no rows.</summary>
public sealed class PiecesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 29, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("RolledBack", "rolled-back", "rolled back", "bad")]
    [InlineData("Succeeded", "succeeded", "succeeded", "good")]
    [InlineData("TimedOut", "timed-out", "timed out", "bad")]
    [InlineData("waiting-approval", "waiting-approval", "waiting: approval", "person")]
    [InlineData("never-heard-of", "never-heard-of", "never heard of", "gone")]
    public async Task A_state_is_a_shape_a_word_and_a_family(string stored, string key, string word, string family)
    {
        await using var page = new BunitContext();

        var state = page.Render<State>(p => p.Add(s => s.Value, stored));

        Assert.Equal(key, state.Find(".state").GetAttribute("data-state"));
        Assert.Equal(word, state.Find(".word").TextContent);
        Assert.Contains(family, state.Find(".state").ClassList);
        Assert.NotEmpty(state.FindAll("svg[aria-hidden=true] > *"));
    }

    [Theory]
    [InlineData(-1, "just now")]
    [InlineData(-45, "45 s ago")]
    [InlineData(-840, "14 min ago")]
    [InlineData(-10_800, "3 h ago")]
    [InlineData(-200_000, "2 d ago")]
    [InlineData(20, "in 20 s")]
    public void A_time_reads_relative_to_now(int seconds, string text) => Assert.Equal(text, Relative.Ago(Now.AddSeconds(seconds), Now));

    [Theory]
    [InlineData(0.42, "0.4 s")]
    [InlineData(12, "12 s")]
    [InlineData(72, "1:12")]
    [InlineData(11_040, "3 h 04")]
    [InlineData(190_800, "2 d 5 h")]
    public void A_duration_reads_short(double seconds, string text) => Assert.Equal(text, Relative.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_wait_for_a_person_looks_different_from_a_wait_for_a_clock()
    {
        Blocker soak = new("soak", "Healthy 10 s of 30 s.", Now, null);
        Blocker approval = new("approval", "Approval 0 of 1.", null, "release-managers");

        Assert.Equal((Family.Clock, "waiting: soak"), Strips.Look("Waiting", [soak]));
        Assert.Equal((Family.Person, "waiting: approval"), Strips.Look("Waiting", [soak, approval]));
        Assert.Equal(((Family?)null, (string?)null), Strips.Look("Deploying", [soak]));
    }

    [Fact]
    public void A_strip_names_every_stage_also_those_not_reached()
    {
        var line = new CommitLine(Guid.Empty, "shop/billing", new string('a', 40), "s", "a", null, null, Now, null, null, []);

        var steps = Strips.Of(line, [new StageView("production", "production", "automatic", null, true, 0, null, 0, "rollback", 0, "")]);

        Assert.Equal(["build", "stage-production"], steps.Select(s => s.TestId));
        Assert.Equal(["pending", "not-reached"], steps.Select(s => s.State));
    }

    [Fact]
    public void Control_sequences_of_a_terminal_are_left_out() =>
        Assert.Equal("red and link", Ansi.Strip("\u001b[1;31mred\u001b[0m and \u001b]8;;http://x\u0007link\u001b]8;;\u0007\r"));

    [Fact]
    public async Task Bars_state_their_finding_for_those_who_do_not_see_them()
    {
        await using var page = new BunitContext();
        BuildMark Mark(int number, string state) => new(Guid.Empty, number, state, null, Now, Now, Now.AddSeconds(number));

        var bars = page.Render<BuildBars>(p => p.Add(b => b.Builds, [Mark(1, "succeeded"), Mark(2, "failed")]));

        Assert.Equal("2 builds, 1 succeeded, last failed #2", bars.Find("title").TextContent);
        Assert.Single(bars.FindAll(".fail"));
    }
}
