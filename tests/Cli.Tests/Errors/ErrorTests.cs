using System.Text.Json;
using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Errors;

/// <summary>Every way a command can go wrong: exit code, one message on stderr, nothing on stdout.</summary>
public sealed class ErrorTests
{
    private const string Problem = """
        {"code":"plan-changed","title":"The plan has changed","detail":"The plan of promotion 91 has changed.","hint":"Read it again.",
         "traceId":"4bf9"}
        """;

    [Theory]
    [InlineData(400, 2)]
    [InlineData(401, 4)]
    [InlineData(403, 5)]
    [InlineData(404, 6)]
    [InlineData(409, 7)]
    [InlineData(410, 6)]
    [InlineData(412, 7)]
    [InlineData(422, 2)]
    [InlineData(429, 7)]
    [InlineData(500, 1)]
    [InlineData(503, 1)]
    public async Task A_problem_becomes_an_exit_code_and_says_what_to_do(int status, int expected)
    {
        await using var server = FakeServer.Start().Otherwise(status, Problem);
        string[] lines = ["promotion approve 91", "cluster list", "task log t1", "cluster thaw qa", "cluster place qa --strategy x"];
        foreach (var line in lines)
        {
            var ran = await Run.LineAsync(server, line);
            Assert.Equal((expected, ""), (ran.Code, ran.Out));
            Assert.Equal("error: The plan of promotion 91 has changed. (plan-changed)\n  Read it again.\n  trace 4bf9\n", ran.Error);
        }
    }

    [Theory]
    [InlineData("release hold sha256:1 -m leaks")]
    [InlineData("release unhold sha256:1")]
    [InlineData("release promote sha256:1 production")]
    [InlineData("deployable routes")]
    public async Task A_refusal_is_the_message_of_every_command(string line)
    {
        await using var server = FakeServer.Start().Otherwise(403, Problem);
        var ran = await Run.LineAsync(server, line);
        Assert.Equal((5, ""), (ran.Code, ran.Out));
        Assert.Contains("The plan of promotion 91 has changed. (plan-changed)", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_json_the_problem_document_goes_to_stderr()
    {
        await using var server = FakeServer.Start().Otherwise(409, Problem);
        var ran = await Run.LineAsync(server, "promotion approve 91 --json");
        Assert.Equal((7, ""), (ran.Code, ran.Out));
        Assert.Equal("plan-changed", JsonDocument.Parse(ran.Error).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Under_json_an_error_of_our_own_is_an_object_too()
    {
        var error = JsonDocument.Parse((await Run.LineAsync(null, "promotion reject 91 --json")).Error).RootElement;
        Assert.Equal("A rejection needs a reason.", error.GetProperty("title").GetString());
        Assert.Equal("Add -m \"reason\".", error.GetProperty("hint").GetString());
        Assert.Equal(2, error.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Every_invalid_field_is_listed_below_the_message()
    {
        await using var server = FakeServer.Start().Otherwise(422, """
            {"type":"invalid","title":"The repository is invalid.","errors":[
              {"pointer":"/owner","detail":"is empty"},{"pointer":"/cloneUrl","detail":"is no address"}]}
            """);
        Assert.Equal(
            "error: The repository is invalid. (invalid)\n  /owner: is empty\n  /cloneUrl: is no address\n",
            (await Run.LineAsync(server, "repository add a/b --forge-id 42 --clone-url x")).Error);
    }

    [Fact]
    public async Task Too_few_digits_list_the_commits_that_match()
    {
        await using var server = FakeServer.Start().Otherwise(300, """[{"sha":"abcd1","repository":"a/b","subject":"One"}]""");
        var ran = await Run.LineAsync(server, "status abcd");
        Assert.Equal(7, ran.Code);
        Assert.Equal(
            "error: The name matches several objects:\n  abcd1 a/b One\n  Repeat the command with more digits.\n", ran.Error);
    }

    [Theory]
    [InlineData(502, "<html>", 1, "The server's log has the details.")]
    [InlineData(401, "", 4, "Set PIPELINE_TOKEN to a token, or PIPELINE_TOKEN_FILE to a file that holds one.")]
    public async Task An_answer_that_is_no_problem_document_is_told_by_its_status(int status, string body, int exit, string hint)
    {
        await using var server = FakeServer.Start().Otherwise(status, body, "text/html");
        var ran = await Run.LineAsync(server, "cluster show qa");
        Assert.Equal(exit, ran.Code);
        Assert.Equal($"error: GET {server.Url}/api/v1/clusters/qa answered {status}.\n  {hint}\n", ran.Error);
    }

    [Fact]
    public async Task Another_server_at_the_address_is_recognised_by_its_answer()
    {
        await using var server = FakeServer.Start().Otherwise(200, "<html>hello</html>", "text/html");
        var ran = await Run.LineAsync(server, "cluster list");
        Assert.Equal((1, ""), (ran.Code, ran.Out));
        Assert.Contains("did not answer GET api/v1/clusters?limit=30 with JSON.\n  Check that --url", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cluster list")]
    [InlineData("watch 01900000-0000-7000-8000-000000000001")]
    [InlineData("task log t1")]
    [InlineData("promotion approve 91")]
    public async Task A_server_that_is_not_there_exits_9_and_says_how_to_start_one(string line)
    {
        var ran = await Run.LineAsync(null, line + " --url http://127.0.0.1:1");
        Assert.Equal((9, ""), (ran.Code, ran.Out));
        Assert.StartsWith("error: http://127.0.0.1:1/ cannot be reached: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains("./up", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("status --frob")]
    [InlineData("promotion approve")]
    [InlineData("promotion approve --plan-digest")]
    [InlineData("promotion reject 91")]
    [InlineData("promotion reject 91 -m ")]
    [InlineData("repository add web --forge-id 42 --clone-url x")]
    [InlineData("repository add a/b/c --forge-id 42 --clone-url x")]
    [InlineData("repository add a/b --clone-url x")]
    [InlineData("repository add a/b --forge-id forty --clone-url x")]
    [InlineData("repository add a/b")]
    [InlineData("build show x -R acme/web")]
    [InlineData("build show acme/web#x")]
    [InlineData("status aaaa --url ftp://x")]
    [InlineData("status aaaa --url nonsense")]
    [InlineData("watch 01900000-0000-7000-8000-000000000001 --timeout soon")]
    [InlineData("watch 01900000-0000-7000-8000-000000000001 --timeout m")]
    [InlineData("agent drain a1 --duration soon")]
    [InlineData("agent drain a1 --duration 0s")]
    [InlineData("agent drain a1 --kill-at-end")]
    [InlineData("agent decommission a1")]
    [InlineData("agent decommission a1 --confirm a2")]
    [InlineData("rack decommission r1")]
    [InlineData("cluster reset-framework qa")]
    [InlineData("cluster freeze qa seven")]
    [InlineData("cluster freeze qa 1.5")]
    [InlineData("cluster release qa four")]
    [InlineData("request priority billing-api -1")]
    [InlineData("request scale billing-api many")]
    [InlineData("request run billing-api --env NOVALUE")]
    [InlineData("request end billing-api everything")]
    [InlineData("request remove billing-api")]
    [InlineData("task files t1 -o x")]
    [InlineData("help everything")]
    public async Task Misuse_exits_2_before_anything_is_changed(string line)
    {
        await using var server = Sample.WithEverything();
        var ran = await Run.LineAsync(server, line);
        Assert.Equal((2, ""), (ran.Code, ran.Out));
        Assert.StartsWith("error: ", ran.Error, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }

    [Theory]
    [InlineData("agent decommission a1", "Agent a1 would never be used again.", "--confirm a1")]
    [InlineData("rack decommission r1", "Rack r1 would never be used again.", "--confirm r1")]
    [InlineData("request remove api", "All tasks of request api would be killed.", "--confirm api")]
    [InlineData("cluster reset-framework qa", "A reset affects every task in cluster qa.", "--confirm qa")]
    public async Task What_cannot_be_undone_wants_the_name_again(string line, string consequence, string option) => Assert.Equal(
        $"error: Not confirmed. {consequence}\n  To confirm, add {option}\n", (await Run.LineAsync(null, line)).Error);

    [Fact]
    public async Task A_name_that_begins_with_an_at_sign_is_no_response_file()
    {
        await using var server = Sample.WithEverything();
        Assert.Equal(0, (await Run.Async(server, "promotion", "approve", "91", "-m", "@team looks good")).Code);
        Assert.Contains("@team looks good", server.Writes[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_of_a_file_is_sent_and_a_missing_file_exits_4()
    {
        await using var server = Sample.WithEverything();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "plt_file\n");
        Dictionary<string, string?> variables = new() { ["PIPELINE_TOKEN"] = "", ["PIPELINE_TOKEN_FILE"] = file };
        Assert.Equal(0, (await Run.WithAsync(server, ["cluster", "list"], variables: variables)).Code);
        Assert.Equal("Bearer plt_file", server.Seen[0].Authorization);
        File.Delete(file);
        var ran = await Run.WithAsync(server, ["cluster", "list"], variables: variables);
        Assert.Equal(4, ran.Code);
        Assert.StartsWith($"error: PIPELINE_TOKEN_FILE names {file}, which does not exist.", ran.Error, StringComparison.Ordinal);
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task Without_a_token_none_is_sent()
    {
        await using var server = Sample.WithEverything();
        await Run.WithAsync(server, ["cluster", "list"], variables: new() { ["PIPELINE_TOKEN"] = null });
        Assert.Null(server.Seen[0].Authorization);
    }

    [Fact]
    public async Task The_option_wins_over_the_variable_for_the_address()
    {
        await using var server = Sample.WithEverything();
        var ran = await Run.WithAsync(
            null, ["cluster", "list", "--url", server.Url + "/"], variables: new() { ["PIPELINE_URL"] = "http://127.0.0.1:1" });
        Assert.Equal(0, ran.Code);
    }

    [Fact]
    public async Task An_interrupt_exits_130()
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/promotions/{Sample.Id}", 200, Sample.Promotion("waiting"))
            .Stream("GET /api/v1/events", "", StreamEnd.StaysOpen);
        using var interrupt = new CancellationTokenSource();
        var watching = Run.WithAsync(server, ["watch", Sample.Id], ct: interrupt.Token);
        await TestKit.Eventually.IsTrueAsync(
            () => Task.FromResult(server.Resumed.Count == 1), TimeSpan.FromSeconds(20), "the watcher waits for events");
        await interrupt.CancelAsync();
        Assert.Equal(130, (await watching).Code);
    }
}
