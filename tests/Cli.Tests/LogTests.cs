using Pipeline.Cli.Tests.Kit;
using System.Text.Json;

namespace Pipeline.Cli.Tests;

public sealed class LogTests
{
    private const string Id = "01900000-0000-7000-8000-000000000001";
    private const string Repository = "01900000-0000-7000-8000-0000000000aa";
    private const string StepLog = $"GET /api/v1/builds/{Id}/modules/api/steps/0/log";

    [Fact]
    public async Task Watch_takes_a_broken_stream_up_again_from_the_last_event()
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/promotions/{Id}", 200, Promotion("waiting"));
        server.Stream("GET /api/v1/events", Event(7, "promotion-waiting"), StreamEnd.Breaks)
            .Stream("GET /api/v1/events", Event(8, "promotion-baking"), StreamEnd.Ends)
            .Stream("GET /api/v1/events", Event(9, "promotion-succeeded"), StreamEnd.StaysOpen);
        var watching = Run.Async(server, "watch", Id);
        await TestKit.Eventually.IsTrueAsync(
            () => Task.FromResult(server.Resumed.Count == 3), TimeSpan.FromSeconds(20), "the stream was opened three times");
        Assert.Equal([null, "7", "8"], server.Resumed);
        Assert.False(watching.IsCompleted);
    }

    [Fact]
    public async Task Watch_stops_waiting_after_its_time_and_says_that_the_work_goes_on()
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/promotions/{Id}", 200, Promotion("waiting"))
            .Stream("GET /api/v1/events", Event(7, "promotion-waiting"), StreamEnd.StaysOpen);
        var (code, _, error) = await Run.Async(server, "watch", Id, "--timeout", "0.5s");
        Assert.Equal(8, code);
        Assert.Contains("the work goes on", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("succeeded", 0)]
    [InlineData("failed", 3)]
    [InlineData("cancelled", 11)]
    public async Task A_followed_build_log_goes_over_breaks_and_ends_with_the_builds_exit_code(string state, int expected)
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/builds/{Id}", 200, Build(state));
        server.Stream(StepLog, "id: 6\nevent: log\ndata: one\ndata: \n\n", StreamEnd.Breaks)
            .Stream(StepLog, "id: 10\nevent: log\ndata: two\ndata: \n\nevent: end\ndata: {}\n\n");
        var (code, output, error) = await Run.Async(server, "build", "log", Id, "-f");
        Assert.Equal((expected, "one\ntwo\n"), (code, output));
        Assert.Equal([null, "6"], server.Resumed);
        Assert.Contains($"build: {state}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_is_only_printed_ends_with_0_whatever_became_of_the_build()
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/builds/{Id}", 200, Build("failed"))
            .On(StepLog, 200, "one\ntwo\n", "text/plain");
        Assert.Equal((0, "one\ntwo\n"), Answer(await Run.Async(server, "build", "log", Id)));
        Assert.Equal((0, "one\ntwo\n"), Answer(await Run.Async(server, terminal: true, "build", "log", Id)));
    }

    [Fact]
    public async Task A_running_build_is_followed_on_a_terminal_unless_told_otherwise()
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/builds/{Id}", 200, Build("running"))
            .On(StepLog, 200, "event: end\ndata: {}\n\n", "text/event-stream");
        var following = Run.Async(server, terminal: true, "build", "log", Id);
        await TestKit.Eventually.IsTrueAsync(() => Task.FromResult(server.Resumed.Count == 1), TimeSpan.FromSeconds(20), "followed");
        server.On($"GET /api/v1/builds/{Id}", 200, Build("failed"));
        Assert.Equal(3, (await following).Code);

        server.On($"GET /api/v1/builds/{Id}", 200, Build("running")).On(StepLog, 200, "so far\n", "text/plain");
        Assert.Equal((0, "so far\n"), Answer(await Run.Async(server, terminal: true, "build", "log", Id, "--follow=false")));
    }

    [Fact]
    public async Task The_log_of_a_task_is_printed_or_followed_to_its_end()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/tasks/t.1.1/log?stream=stderr&tail=5", 200, "oops\n", "text/plain");
        Assert.Equal((0, "oops\n"), Answer(await Run.Async(server, "task", "log", "t.1.1", "--stderr", "--tail", "5")));
        server.Stream("GET /api/v1/tasks/t.1.1/log", "event: waiting\ndata: {\"detail\":\"It waits for a place.\"}\n\n")
            .Stream(
                "GET /api/v1/tasks/t.1.1/log",
                "id: 3\nevent: log\ndata: hi\ndata: \n\nevent: end\ndata: {\"state\":\"failed\",\"reason\":\"exit 3\"}\n\n");
        var (code, output, error) = await Run.Async(server, "task", "log", "t.1.1", "-f");
        Assert.Equal((3, "hi\n"), (code, output));
        Assert.Contains("It waits for a place.", error, StringComparison.Ordinal);
        Assert.Contains("task: failed. exit 3", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_a_task_are_listed_and_downloaded()
    {
        await using var server = FakeServer.Start().On(
            "GET /api/v1/tasks/t.1.1/files?path=out", 200,
            """{"items":[{"path":"out/a b","kind":"file","size":3,"mode":"-rw-r--r--","modifiedAt":"2026-03-01T12:00:00Z"}]}""")
            .On("GET /api/v1/tasks/t.1.1/files/out/a%20b", 200, "abc", "application/octet-stream");
        var listed = await Run.Async(server, "task", "files", "t.1.1", "out");
        Assert.Equal((0, "out/a b\tfile\t3\t-rw-r--r--\t2026-03-01T12:00:00Z\n"), Answer(listed));
        var target = Path.GetTempFileName();
        Assert.Equal(0, (await Run.Async(server, "task", "files", "t.1.1", "out/a b", "-o", target)).Code);
        Assert.Equal("abc", await File.ReadAllTextAsync(target));
        Assert.Equal(2, (await Run.Async(server, "task", "files", "t.1.1", "-o", target)).Code);
        File.Delete(target);
    }

    [Theory]
    [InlineData("412")]
    [InlineData("#412")]
    [InlineData("acme/web#412")]
    public async Task A_number_is_asked_for_by_number_however_old_it_is(string name)
    {
        await using var server = FakeServer.Start()
            .On("GET /api/v1/repositories?name=acme%2Fweb", 200, $$"""{"items":[{"id":"{{Repository}}"}]}""")
            .On($"GET /api/v1/repositories/{Repository}/builds?number=412", 200, $$"""{"items":[{"id":"{{Id}}"}]}""")
            .On($"GET /api/v1/builds/{Id}", 200, Build("succeeded"))
            .On($"GET /api/v1/releases?repository={Repository}&number=412", 200, """{"items":[{"digest":"sha256:1"}]}""")
            .On("GET /api/v1/releases/sha256%3A1", 200, """{"number":412}""");
        Assert.Equal(0, (await Run.Async(server, "build", "show", name, "-R", "acme/web")).Code);
        Assert.Contains("412", (await Run.Async(server, "release", "show", name, "-R", "acme/web")).Out, StringComparison.Ordinal);
        Assert.Equal(6, (await Run.Async(server, "build", "show", "acme/none#412")).Code);
        Assert.Equal(2, (await Run.Async(server, "build", "show", "acme/web#x", "-R", "acme/web")).Code);
    }

    [Fact]
    public async Task Releases_of_one_repository_are_those_of_R()
    {
        await using var server = FakeServer.Start()
            .On("GET /api/v1/repositories?name=acme%2Fweb", 200, $$"""{"items":[{"id":"{{Repository}}"}]}""")
            .On("GET /api/v1/releases", 200, """{"items":[]}""");
        await Run.Async(server, "release", "list", "-R", "acme/web");
        Assert.Contains($"repository={Repository}", server.Seen[^1].Request, StringComparison.Ordinal);
        await Run.Async(server, "release", "list");
        Assert.DoesNotContain("repository", server.Seen[^1].Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_json_each_piece_of_a_followed_log_is_a_line_and_the_last_one_is_the_end()
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/builds/{Id}", 200, Build("failed"))
            .Stream(StepLog, "id: 6\nevent: log\ndata: one\n\nevent: end\ndata: {}\n\n");
        var lines = (await Run.Async(server, "build", "log", Id, "-f", "--json")).Out.TrimEnd().Split('\n');
        Assert.Equal("""{"type":"log","name":"api/test","text":"one"}""", lines[0]);
        Assert.Equal(3, JsonSerializer.Deserialize<JsonElement>(lines[^1]).GetProperty("exitCode").GetInt32());
    }

    private static (int Code, string Out) Answer(Result ran) => (ran.Code, ran.Out);

    private static string Promotion(string phase) => $$"""{"id":"{{Id}}","number":91,"stage":"production","phase":"{{phase}}"}""";

    private static string Event(int id, string type) => $$"""
        id: {{id}}
        event: {{type}}
        data: {"at":"2026-03-01T12:00:00Z"}


        """.ReplaceLineEndings("\n");

    private static string Build(string state) => $$"""
        {"build":{"state":"{{state}}"},"modules":[{"name":"api","steps":[{"name":"test","index":0,"state":"succeeded","logBytes":8}]}]}
        """;
}
