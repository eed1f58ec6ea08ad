using System.Text.Json;
using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Watching;

/// <summary><c>watch</c>: true exit codes, resumed streams, limits of time.</summary>
public sealed class WatchTests
{
    private const string Events = "GET /api/v1/events";
    private const string KeepAlive = "event: keep-alive\ndata: {}\n\n";
    private const string PromotionPath = $"GET /api/v1/promotions/{Sample.Id}";

    [Theory]
    [InlineData("succeeded", 0)]
    [InlineData("running-in-stage", 0)]
    [InlineData("failed", 3)]
    [InlineData("rejected", 3)]
    [InlineData("rolled-back", 3)]
    [InlineData("cancelled", 11)]
    [InlineData("superseded", 11)]
    [InlineData("skipped", 11)]
    public async Task Watch_ends_with_the_true_exit_code(string phase, int expected)
    {
        await using var server = FakeServer.Start().On(PromotionPath, 200, Sample.Promotion(phase))
            .On(Events, 200, "", "text/event-stream");
        var watched = await Run.LineAsync(server, $"watch {Sample.Id} --json");
        var end = JsonDocument.Parse(watched.LastLine).RootElement;
        Assert.Equal(expected, watched.Code);
        Assert.Equal(
            ("end", "promotion", phase, expected),
            (end.GetProperty("type").GetString(), end.GetProperty("object").GetString(), end.GetProperty("outcome").GetString(),
                end.GetProperty("exitCode").GetInt32()));
    }

    [Theory]
    [InlineData("build watch acme/web#412", "build", 3)]
    [InlineData("watch acme/web#412", "build", 3)]
    [InlineData("watch " + Sample.Id, "build", 3)]
    [InlineData("promotion watch 91", "promotion", 0)]
    public async Task Builds_and_promotions_are_watched_by_every_name(string line, string kind, int expected)
    {
        await using var server = Sample.WithEverything().Otherwise(404, """{"code":"not-found","title":"None."}""")
            .On($"GET /api/v1/builds/{Sample.Id}", 200, """{"build":{"state":"failed","reason":"2 tests failed"}}""")
            .On("GET /api/v1/promotions/91", 200, Sample.Promotion("succeeded"))
            .On(Events, 200, "", "text/event-stream");
        if (kind == "promotion")
            server.On(PromotionPath, 200, Sample.Promotion("succeeded"));
        var watched = await Run.LineAsync(server, line);
        Assert.Equal(expected, watched.Code);
        Assert.Equal(kind == "build" ? "build: failed. 2 tests failed\n" : "promotion: succeeded\n", watched.Error);
        Assert.Contains(server.Seen, s => s.Request == $"{Events}?{kind}={Sample.Id}");
    }

    [Fact]
    public async Task Events_are_lines_for_people()
    {
        await using var server = WithTwoEvents();
        var watched = await Run.LineAsync(server, $"watch {Sample.Id}");
        Assert.Equal(
            "2026-03-01T12:00:00Z  promotion.deploying  production api  step 7\n"
            + "2026-03-01T12:00:00Z  promotion.succeeded  production api  step 8\n",
            watched.Out);
        Assert.Equal((0, "promotion: succeeded\n"), (watched.Code, watched.Error));
    }

    [Fact]
    public async Task Under_json_events_are_objects_and_the_last_one_is_the_end()
    {
        await using var server = WithTwoEvents();
        var watched = await Run.LineAsync(server, $"watch {Sample.Id} --json");
        var lines = watched.Out.TrimEnd().Split('\n');
        Assert.Equal(
            ["step 7", "step 8"],
            lines[..2].Select(l => JsonDocument.Parse(l).RootElement.GetProperty("payload").GetProperty("reason").GetString()));
        Assert.Equal("""{"type":"end","object":"promotion","outcome":"succeeded","reason":"","exitCode":0}""", Assert.Single(lines[2..]));
    }

    [Fact]
    public async Task A_broken_stream_is_resumed_after_the_last_event()
    {
        // Once to find it, once for each of three connections, once for each event.
        await using var server = FakeServer.Start().Sequence(PromotionPath, Phases(waiting: 6))
            .Stream(Events, Sample.Event(7, "promotion.waiting"), StreamEnd.Breaks)
            .Stream(Events, Sample.Event(8, "promotion.baking") + KeepAlive, StreamEnd.Breaks)
            .Stream(Events, Sample.Event(9, "promotion.succeeded"), StreamEnd.StaysOpen);
        var watched = await Run.FastAsync(server, "watch", Sample.Id);
        Assert.Equal(0, watched.Code);
        Assert.Equal([null, "7", "8"], server.Resumed);
        Assert.Equal(2, watched.Error.Split("The connection broke; retrying: ").Length - 1);
        Assert.Equal(3, watched.Out.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public async Task A_stream_that_merely_ends_is_opened_again_without_a_word()
    {
        await using var server = FakeServer.Start().Sequence(PromotionPath, Phases(waiting: 4))
            .Stream(Events, Sample.Event(7, "promotion.waiting"))
            .Stream(Events, "event: end\ndata: {}\n\n");
        var watched = await Run.FastAsync(server, "watch", Sample.Id);
        Assert.Equal((0, "promotion: succeeded\n"), (watched.Code, watched.Error));
        Assert.Equal("7", server.Resumed[^1]);
    }

    [Fact]
    public async Task A_server_that_restarts_meanwhile_is_waited_for()
    {
        await using var server = FakeServer.Start().On(PromotionPath, 200, Sample.Promotion("waiting"))
            .On(Events, 503, """{"code":"starting","title":"The server starts."}""");
        var watching = Run.FastAsync(server, "watch", Sample.Id);
        await TestKit.Eventually.IsTrueAsync(
            () => Task.FromResult(server.Resumed.Count >= 3), TimeSpan.FromSeconds(20), "the stream was tried again");
        server.On(PromotionPath, 200, Sample.Promotion("succeeded")).On(Events, 200, "", "text/event-stream");
        var watched = await watching;
        Assert.Equal(0, watched.Code);
        Assert.StartsWith("The connection broke; retrying: The server starts. (starting)\n", watched.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up_after_eight_retries()
    {
        await using var server = FakeServer.Start().On(PromotionPath, 200, Sample.Promotion("waiting"))
            .On(Events, 500, """{"code":"internal","title":"It broke."}""");
        var given = await Run.FastAsync(server, "watch", Sample.Id);
        Assert.Equal(1, given.Code);
        Assert.Equal(9, server.Resumed.Count);
    }

    [Theory]
    [InlineData(403, 5)]
    [InlineData(401, 4)]
    public async Task A_refusal_is_final(int status, int expected)
    {
        await using var server = FakeServer.Start().On(PromotionPath, 200, Sample.Promotion("waiting"))
            .On(Events, status, """{"code":"refused","title":"No."}""");
        Assert.Equal(expected, (await Run.FastAsync(server, "watch", Sample.Id)).Code);
        Assert.Single(server.Resumed);
    }

    [Fact]
    public async Task Watch_stops_after_its_timeout_and_says_that_the_work_goes_on()
    {
        await using var server = FakeServer.Start().On(PromotionPath, 200, Sample.Promotion("waiting"))
            .Stream(Events, Sample.Event(7, "promotion.waiting"), StreamEnd.StaysOpen);
        var stopped = await Run.FastAsync(server, "watch", Sample.Id, "--timeout", "2m");
        Assert.Equal((8, "promotion: waiting. stopped waiting; the work goes on\n"), (stopped.Code, stopped.Error));
    }

    [Fact]
    public async Task A_commit_that_was_not_pushed_yet_is_waited_for()
    {
        await using var server = FakeServer.Start().On(Events, 200, "", "text/event-stream");
        var watching = Run.FastAsync(server, "watch", "aaaa");
        await TestKit.Eventually.IsTrueAsync(
            () => Task.FromResult(server.Seen.Count >= 2), TimeSpan.FromSeconds(20), "the commit was asked for twice");
        var view = $$$"""{"sha":"{{{Sample.Sha}}}","build":{"state":"failed","reason":"tests"}}""";
        server.On("GET /api/v1/commits/aaaa", 200, view).On($"GET /api/v1/commits/{Sample.Sha}", 200, view);
        Assert.Equal(3, (await watching).Code);
    }

    [Fact]
    public async Task A_commit_that_never_arrives_is_not_found_after_a_minute()
    {
        await using var server = FakeServer.Start();
        var watched = await Run.FastAsync(server, "watch", Sample.Sha);
        Assert.Equal(6, watched.Code);
        Assert.Equal(
            "error: No push of commit aaaaaaa arrived within a minute.\n"
            + "  Check that it was pushed, and that the repository's webhook points to this server.\n",
            watched.Error);
    }

    [Theory]
    [InlineData(null, "running", 0)]
    [InlineData("build", "waiting", 0)]
    [InlineData("infra-qa", "waiting", 0)]
    [InlineData("production", "failed", 3)]
    [InlineData("production", "superseded", 11)]
    [InlineData("nowhere", "waiting", 2)]
    public async Task Watch_of_a_commit_goes_until_the_stage_that_was_named(string? until, string production, int expected)
    {
        await using var server = FakeServer.Start()
            .On("GET /api/v1/commits/aaaa", 200, $$"""{"sha":"{{Sample.Sha}}"}""")
            .On($"GET /api/v1/commits/{Sample.Sha}", 200, $$"""
                {"sha":"{{Sample.Sha}}","build":{"state":"succeeded","number":412},"stages":[
                  {"stage":"infra-qa","state":"running"},{"stage":"production","state":"{{production}}"}],"next":"Runs."}
                """)
            .On(Events, 200, "", "text/event-stream");
        var watched = await Run.LineAsync(server, "watch aaaa" + (until is null ? "" : $" --until {until}"));
        Assert.Equal(expected, watched.Code);
        Assert.Equal(expected != 2, watched.Out.Contains("infra-qa\trunning", StringComparison.Ordinal));
        if (expected == 2)
            Assert.Contains("Write --until with one of: build, infra-qa, production.", watched.Error, StringComparison.Ordinal);
    }

    private static FakeServer WithTwoEvents() => FakeServer.Start().Sequence(PromotionPath, Phases(waiting: 3))
        .Stream(Events, Sample.Event(7, "promotion.deploying") + KeepAlive + Sample.Event(8, "promotion.succeeded"), StreamEnd.StaysOpen);

    private static string[] Phases(int waiting) =>
        [.. Enumerable.Repeat(Sample.Promotion("waiting"), waiting), Sample.Promotion("succeeded")];
}
