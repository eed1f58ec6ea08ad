using Bunit;
using Pipeline.DeployStages.Contract;
using Pipeline.Ui.Components.Builds;
using Pipeline.Ui.Components.Commits;
using Pipeline.Ui.Components.Common;
using Pipeline.Ui.Queries.Builds;
using Pipeline.Ui.Queries.Commits;

namespace Pipeline.Ui.Tests.Components;

/// <summary>Components that need no rows.</summary>
public sealed class StateAndBarsTests
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

    [Fact]
    public void Progress_names_every_stage_also_those_not_reached()
    {
        var line = new CommitLine(Guid.Empty, "shop/billing", new string('a', 40), "s", "a", null, null, Now, null, null, []);

        var steps = ProgressSteps.Of(line, [new StageView("production", "production", "automatic", null, true, 0, null, 0, "rollback", 0,
            "")]);

        Assert.Equal(["build", "stage-production"], steps.Select(s => s.TestId));
        Assert.Equal(["pending", "not-reached"], steps.Select(s => s.State));
    }

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
