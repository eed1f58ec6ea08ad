using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Watching;

namespace Pipeline.Cli.Tests.Units;

/// <summary>From what the server shows to "still going" or an exit code.</summary>
public sealed class WatchedStateTests
{
    [Theory]
    [InlineData("succeeded", true, 0)]
    [InlineData("running-in-stage", true, 0)]
    [InlineData("failed", true, 3)]
    [InlineData("rejected", true, 3)]
    [InlineData("rolled-back", true, 3)]
    [InlineData("cancelled", true, 11)]
    [InlineData("superseded", true, 11)]
    [InlineData("skipped", true, 11)]
    [InlineData("queued", false, 0)]
    [InlineData("running", false, 0)]
    [InlineData("waiting", false, 0)]
    [InlineData("a-state-of-a-newer-server", false, 0)]
    [InlineData("", false, 0)]
    public void Each_state_is_going_or_over(string state, bool isOver, int exitCode)
    {
        foreach (var read in new[]
        {
            WatchedState.OfBuild(Parse($$$"""{"build":{"state":"{{{state}}}","reason":"why"}}""")),
            WatchedState.OfBuild(Parse($$"""{"state":"{{state}}","reason":"why"}""")),
            WatchedState.OfPromotion(Parse($$"""{"phase":"{{state}}","reason":"why"}""")),
        })
            Assert.Equal((isOver, state, "why", exitCode), (read.IsOver, read.Outcome, read.Reason, read.ExitCode));
    }

    [Theory]
    // build, infra-qa, production, until → over, exit code
    [InlineData("running", "not-reached", "not-reached", null, false, 0)]
    [InlineData("running", "not-reached", "not-reached", "build", false, 0)]
    [InlineData("failed", "not-reached", "not-reached", null, true, 3)]
    [InlineData("failed", "not-reached", "not-reached", "production", true, 3)]
    [InlineData("cancelled", "not-reached", "not-reached", "infra-qa", true, 11)]
    [InlineData("succeeded", "not-reached", "not-reached", "build", true, 0)]
    [InlineData("succeeded", "waiting", "not-reached", null, false, 0)]
    [InlineData("succeeded", "running", "waiting", null, false, 0)]
    [InlineData("succeeded", "running", "waiting", "infra-qa", true, 0)]
    [InlineData("succeeded", "running", "waiting", "production", false, 0)]
    [InlineData("succeeded", "running", "running", null, true, 0)]
    [InlineData("succeeded", "running", "running", "production", true, 0)]
    [InlineData("succeeded", "rolled-back", "not-reached", "production", true, 3)]
    [InlineData("succeeded", "superseded", "not-reached", null, true, 11)]
    [InlineData("succeeded", "running", "rejected", null, true, 3)]
    public void A_commit_is_as_far_as_its_first_stage_that_is_not_well(
        string build, string infra, string production, string? until, bool isOver, int exitCode)
    {
        var state = WatchedState.OfCommit(Commit(build, infra, production), until);
        Assert.Equal((isOver, exitCode), (state.IsOver, state.ExitCode));
    }

    [Fact]
    public void The_reason_of_a_stage_names_the_stage()
    {
        var state = WatchedState.OfCommit(Commit("succeeded", "running", "failed"), null);
        Assert.Equal(("failed", "production: because"), (state.Outcome, state.Reason));
    }

    [Fact]
    public void A_commit_without_build_and_stages_is_waited_for_with_the_servers_next_step()
    {
        var state = WatchedState.OfCommit(Parse("""{"next":"The build starts."}"""), null);
        Assert.Equal((false, "waiting", "The build starts."), (state.IsOver, state.Outcome, state.Reason));
    }

    [Fact]
    public void When_every_stage_runs_the_servers_last_sentence_is_the_reason()
    {
        var state = WatchedState.OfCommit(Commit("succeeded", "running", "running"), null);
        Assert.Equal((true, "succeeded", "Nothing is left."), (state.IsOver, state.Outcome, state.Reason));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("")]
    [InlineData("Production")]
    public void A_stage_that_does_not_exist_is_a_usage_error(string until)
    {
        var error = Assert.Throws<CommandException>(() => WatchedState.OfCommit(Commit("succeeded", "running", "waiting"), until));
        Assert.Equal((ExitCodes.Usage, $"The commit's pipeline has no stage '{until}'."), (error.ExitCode, error.Message));
        Assert.Equal("Write --until with one of: build, infra-qa, production.", error.Hint);
    }

    private static JsonElement Commit(string build, string infra, string production) => Parse($$$"""
        {"build":{"state":"{{{build}}}"},"stages":[{"stage":"infra-qa","state":"{{{infra}}}","reason":"because"},
         {"stage":"production","state":"{{{production}}}","reason":"because"}],"next":"Nothing is left."}
        """);

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
