using Pipeline.Cli.Output;
using Pipeline.Cli.Tests.Kit;
using System.Text.Json;

namespace Pipeline.Cli.Tests;

public sealed class CliTests
{
    private const string Promotion = """{"id":"01900000-0000-7000-8000-000000000001","number":91,"stage":"production","phase":"waiting","reason":null}""";
    private static readonly string Sha = new('a', 40);

    [Fact]
    public async Task Exit_codes_are_the_reviewed_ones() => Assert.Equal(
        """
        0    success
        1    unexpected error: a bug, or a failing server
        2    usage error, or an invalid definition
        3    what was watched failed
        4    not signed in: the token is missing or invalid
        5    refused: missing permission or closed gate
        6    not found
        7    conflict: the plan changed, the version is stale, or it was decided already
        8    stopped waiting; the work goes on
        9    the server cannot be reached
        11   no verdict: cancelled or superseded
        130  interrupted: the watcher stops, the work goes on

        """,
        (await Run.Async(null, "help", "exit-codes")).Out);

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("promotion", "approve")]
    [InlineData("status", "--frob")]
    [InlineData("promotion", "reject", "91")]
    [InlineData("watch", "aaaa", "--timeout", "soon")]
    [InlineData("status", "aaaa", "--url", "ftp://x")]
    public async Task Misuse_exits_2_and_writes_to_stderr_only(params string[] args)
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/commits/aaaa", 200, $$"""{"sha":"{{Sha}}","stages":[]}""");
        var (code, output, error) = await Run.Async(server, args);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("error: ", error);
    }

    [Theory]
    [InlineData(401, 4)]
    [InlineData(403, 5)]
    [InlineData(404, 6)]
    [InlineData(409, 7)]
    [InlineData(422, 2)]
    [InlineData(500, 1)]
    public async Task A_problem_becomes_an_exit_code_and_says_what_to_do(int status, int expected)
    {
        await using var server = FakeServer.Start().On(
            "POST /api/v1/promotions/91/approvals", status,
            """{"code":"plan-changed","title":"The plan has changed","detail":"The plan of promotion 91 has changed.","hint":"Read it again.","traceId":"4bf9"}""");
        var (code, output, error) = await Run.Async(server, "promotion", "approve", "91", "--plan-digest", "sha256:1");
        Assert.Equal((expected, ""), (code, output));
        Assert.Equal("error: The plan of promotion 91 has changed. (plan-changed)\n  Read it again.\n  trace 4bf9\n", error);
        var asJson = await Run.Async(server, "promotion", "approve", "91", "--json");
        Assert.Equal("plan-changed", JsonSerializer.Deserialize<JsonElement>(asJson.Error).GetProperty("code").GetString());
        Assert.Equal("", asJson.Out);
    }

    [Fact]
    public async Task A_server_that_is_not_there_exits_9() =>
        Assert.Equal(9, (await Run.Async(null, "cluster", "list", "--url", "http://127.0.0.1:1")).Code);

    [Fact]
    public async Task The_token_goes_with_every_call_and_the_decision_in_the_body()
    {
        await using var server = FakeServer.Start().On("POST /api/v1/promotions/91/approvals", 202, Promotion);
        var (code, _, error) = await Run.Async(server, "promotion", "approve", "91", "--plan-digest", "sha256:1", "-m", "@team looks good");
        Assert.Equal(0, code);
        Assert.Contains("pipeline promotion watch 91", error);
        var seen = Assert.Single(server.Seen);
        Assert.Equal("Bearer plt_test", seen.Authorization);
        Assert.Equal("""{"decision":"approve","planDigest":"sha256:1","comment":"@team looks good"}""", seen.Body);
    }

    [Fact]
    public async Task A_list_in_a_pipe_has_tabs_and_whole_values_and_json_is_the_answer()
    {
        await using var server = FakeServer.Start().On(
            "GET /api/v1/promotions", 200,
            $$"""{"items":[{"number":91,"stage":"production","phase":"waiting","releaseNumber":7,"commit":"{{Sha}}","createdAt":"2026-03-01T12:00:00Z","reason":null}],"next":"abc"}""");
        var piped = await Run.Async(server, "promotion", "list", "--state", "waiting");
        Assert.Equal($"91\tproduction\twaiting\t7\t{Sha}\t2026-03-01T12:00:00Z\t\n", piped.Out);
        Assert.Contains("--cursor abc", piped.Error);
        Assert.Contains("state=waiting", server.Seen[0].Request);
        var json = await Run.Async(server, "promotion", "list", "--json");
        Assert.Equal(91, JsonSerializer.Deserialize<JsonElement>(json.Out).GetProperty("items")[0].GetProperty("number").GetInt32());
        Assert.Equal("", json.Error);
    }

    [Theory]
    [InlineData("succeeded", 0)]
    [InlineData("rolled-back", 3)]
    [InlineData("superseded", 11)]
    public async Task Watch_ends_with_the_true_exit_code(string phase, int expected)
    {
        const string id = "01900000-0000-7000-8000-000000000001";
        await using var server = FakeServer.Start()
            .On($"GET /api/v1/promotions/{id}", 200, Promotion.Replace("waiting", phase, StringComparison.Ordinal))
            .On("GET /api/v1/events", 200, "", "text/event-stream");
        var (code, output, _) = await Run.Async(server, "watch", id, "--json");
        Assert.Equal(expected, code);
        var end = JsonSerializer.Deserialize<JsonElement>(output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(("end", expected), (end.GetProperty("type").GetString(), end.GetProperty("exitCode").GetInt32()));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("build", 0)]
    [InlineData("infra-qa", 0)]
    public async Task Watch_of_a_commit_goes_until_the_stage_asked_for(string? until, int expected)
    {
        await using var server = FakeServer.Start()
            .On("GET /api/v1/commits/aaaa", 200, $$"""{"sha":"{{Sha}}"}""")
            .On($"GET /api/v1/commits/{Sha}", 200, $$"""{"sha":"{{Sha}}","build":{"state":"succeeded"},"stages":[{"stage":"infra-qa","state":"running"},{"stage":"production","state":"{{(until is null ? "running" : "waiting")}}"}],"next":"Runs."}""")
            .On("GET /api/v1/events", 200, "", "text/event-stream");
        var args = until is null ? new[] { "watch", "aaaa" } : ["watch", "aaaa", "--until", until];
        Assert.Equal(expected, (await Run.Async(server, args)).Code);
    }

    [Theory]
    [InlineData(false, "", "", "", "", true, true)]
    [InlineData(true, "", "1", "", "", true, false)]
    [InlineData(false, "1", "1", "", "", true, false)]
    [InlineData(false, "", "1", "", "", false, true)]
    [InlineData(false, "", "0", "", "", true, true)]
    [InlineData(false, "", "", "0", "", true, false)]
    [InlineData(false, "", "", "", "dumb", true, false)]
    [InlineData(false, "", "", "", "", false, false)]
    public void Colour_follows_the_conventions(bool flag, string noColor, string force, string clicolor, string term, bool terminal, bool expected)
    {
        var env = new Dictionary<string, string?> { ["NO_COLOR"] = noColor, ["FORCE_COLOR"] = force, ["CLICOLOR"] = clicolor, ["TERM"] = term };
        Assert.Equal(expected, ColorSupport.IsEnabled(flag, name => env.GetValueOrDefault(name), terminal));
    }
}
