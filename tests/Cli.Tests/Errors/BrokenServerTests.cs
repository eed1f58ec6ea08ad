using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Errors;

/// <summary>Answers that no healthy server gives: one message and an exit code, never a stack trace, never half a file.</summary>
public sealed class BrokenServerTests
{
    private static readonly int[] Known = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11];

    private static readonly string[] Bodies =
    [
        "", "null", "7", "true", "\"x\"", "[]", "[7,null]", "{}", """{"items":7}""", """{"items":[7,null,"x",[]]}""",
        """{"items":[{}],"next":7}""", """{"items":[{"name":{},"id":[],"cluster":null}],"next":{}}""",
            """{"state":{},"build":7,"stages":{}}""",
    ];

    // Commands that read once or twice and take the answer apart.
    private static readonly string[] Lines =
    [
        "cluster list", "cluster show qa", "cluster why qa", "request list", "request show api", "request why api", "agent list",
            "rack list",
        "task list", "task show t1", "task history t1", "task why t1", "task files t1", "build list", "build show 7", "release show 7",
        "repository list", "commit list", "commit show aaaa", "status aaaa", "promotion list", "promotion show 91", "promotion plan 91",
        "promotion why 91", "deployable list", "token list", "version", "open aaaa",
    ];

    public static TheoryData<string> Commands => [.. Lines];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task An_answer_of_another_shape_never_ends_in_a_crash(string line)
    {
        foreach (var body in Bodies)
        {
            await using var server = FakeServer.Start().Otherwise(200, body);
            foreach (var terminal in new[] { false, true })
            {
                var ran = await Run.Async(server, terminal, line.Split(' '));
                Assert.True(Known.Contains(ran.Code), $"{line}: {body}: {ran.Code}");
                Assert.Equal(ran.Code == 0, !ran.Error.Contains("error: ", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [InlineData(500, "{}", 1)]
    [InlineData(404, "{}", 6)]
    [InlineData(409, """{"title":"","detail":null}""", 7)]
    [InlineData(400, "[]", 2)]
    [InlineData(503, "null", 1)]
    [InlineData(403, "\"no\"", 5)]
    [InlineData(302, "", 1)]
    public async Task A_refusal_that_says_nothing_is_told_by_its_request_and_status(int status, string body, int exitCode)
    {
        await using var server = FakeServer.Start().Otherwise(status, body);

        var ran = await Run.LineAsync(server, "cluster show qa");

        Assert.Equal((exitCode, ""), (ran.Code, ran.Out));
        Assert.StartsWith($"error: GET {server.Url}/api/v1/clusters/qa answered {status}.", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_alone_is_named_behind_the_status()
    {
        await using var server = FakeServer.Start().Otherwise(409, """{"type":"plan-changed"}""");

        Assert.Contains("answered 409. (plan-changed)\n", (await Run.LineAsync(server, "cluster show qa")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cluster list")]
    [InlineData("cluster thaw qa")]
    [InlineData("build log 7")]
    public async Task An_answer_that_breaks_off_exits_9(string line)
    {
        await using var server = Sample.WithRepository();
        foreach (var request in new[] { "GET /api/v1/clusters", "POST /api/v1/clusters/qa/thaw",
            $"GET /api/v1/repositories/{Sample.RepositoryId}/builds" })
            server.Stream(request, """{"items":[""", StreamEnd.Breaks);
        server.Otherwise(500, "");

        var ran = await Run.WithAsync(server, line.Split(' '), variables: new() { ["PIPELINE_REPOSITORY"] = "acme/web" });

        Assert.True(ran.Code is 9 or 1, $"{ran}");
        Assert.Equal("", ran.Out);
        Assert.StartsWith("error: ", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("with blank")]
    [InlineData("ümlaut")]
    [InlineData(" \n")]
    public async Task A_token_that_is_none_exits_4_before_anything_is_sent(string token)
    {
        await using var server = Sample.WithEverything();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, token, TestContext.Current.CancellationToken);

        foreach (var variables in new Dictionary<string, string?>[]
        {
            new() { ["PIPELINE_TOKEN"] = token },
            new() { ["PIPELINE_TOKEN"] = null, ["PIPELINE_TOKEN_FILE"] = file },
        })
        {
            var ran = await Run.WithAsync(server, ["cluster", "list"], variables: variables);
            Assert.Equal((4, ""), (ran.Code, ran.Out));
            Assert.EndsWith("  Copy the token again; it begins with plt_.\n", ran.Error, StringComparison.Ordinal);
        }

        Assert.Empty(server.Seen);
        File.Delete(file);
    }
}
