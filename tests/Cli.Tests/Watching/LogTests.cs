using Pipeline.Cli.Tests.Kit;
using System.Text.Json;

namespace Pipeline.Cli.Tests.Watching;

public sealed class LogTests
{
    private const string StepLog = $"GET /api/v1/builds/{Sample.Id}/modules/api/steps/0/log";

    [Theory]
    [InlineData("succeeded", 0)]
    [InlineData("failed", 3)]
    [InlineData("cancelled", 11)]
    public async Task A_followed_build_log_goes_over_breaks_and_ends_with_the_builds_exit_code(string state, int expected)
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/builds/{Sample.Id}", 200, Sample.Build(state));
        server.Stream(StepLog, "id: 6\nevent: log\ndata: one\ndata: \n\n", StreamEnd.Breaks)
            .Stream(StepLog, "id: 10\nevent: log\ndata: two\ndata: \n\nevent: end\ndata: {}\n\n");
        var (code, output, error) = await Run.Async(server, "build", "log", Sample.Id, "-f");
        Assert.Equal((expected, "one\ntwo\n"), (code, output));
        Assert.Equal([null, "6"], server.Resumed);
        Assert.Contains($"build: {state}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_is_only_printed_ends_with_0_whatever_became_of_the_build()
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/builds/{Sample.Id}", 200, Sample.Build("failed"))
            .On(StepLog, 200, "one\ntwo\n", "text/plain");
        Assert.Equal((0, "one\ntwo\n"), Answer(await Run.Async(server, "build", "log", Sample.Id)));
        Assert.Equal((0, "one\ntwo\n"), Answer(await Run.Async(server, terminal: true, "build", "log", Sample.Id)));
    }

    [Fact]
    public async Task A_running_build_is_followed_on_a_terminal_unless_told_otherwise()
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/builds/{Sample.Id}", 200, Sample.Build("running"))
            .On(StepLog, 200, "event: end\ndata: {}\n\n", "text/event-stream");
        var following = Run.Async(server, terminal: true, "build", "log", Sample.Id);
        await TestKit.Eventually.IsTrueAsync(() => Task.FromResult(server.Resumed.Count == 1), TimeSpan.FromSeconds(20), "followed");
        server.On($"GET /api/v1/builds/{Sample.Id}", 200, Sample.Build("failed"));
        Assert.Equal(3, (await following).Code);

        server.On($"GET /api/v1/builds/{Sample.Id}", 200, Sample.Build("running")).On(StepLog, 200, "so far\n", "text/plain");
        Assert.Equal((0, "so far\n"), Answer(await Run.Async(server, terminal: true, "build", "log", Sample.Id, "--follow=false")));
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

    [Fact]
    public async Task Under_json_each_piece_of_a_followed_log_is_a_line_and_the_last_one_is_the_end()
    {
        await using var server = FakeServer.Start().On($"GET /api/v1/builds/{Sample.Id}", 200, Sample.Build("failed"))
            .Stream(StepLog, "id: 6\nevent: log\ndata: one\n\nevent: end\ndata: {}\n\n");
        var lines = (await Run.Async(server, "build", "log", Sample.Id, "-f", "--json")).Out.TrimEnd().Split('\n');
        Assert.Equal("""{"type":"log","name":"api/test","text":"one"}""", lines[0]);
        Assert.Equal(3, JsonSerializer.Deserialize<JsonElement>(lines[^1]).GetProperty("exitCode").GetInt32());
    }

    private static (int Code, string Out) Answer(Result ran) => (ran.Code, ran.Out);

    [Fact]
    public async Task The_log_of_a_commit_is_that_of_its_build()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/commits/aaaa", 200, $$$"""{"build":{"id":"{{{Sample.Id}}}"}}""")
            .On($"GET /api/v1/builds/{Sample.Id}", 200, Sample.Build("failed")).On(StepLog, 200, "one\n", "text/plain");
        Assert.Equal((0, "one\n"), Answer(await Run.LineAsync(server, "log aaaa")));
        server.On("GET /api/v1/commits/aaaa", 200, """{"sha":"aaaab"}""");
        var none = await Run.LineAsync(server, "log aaaa");
        Assert.Equal((6, "error: Commit aaaa has no build.\n  Start one: pipeline build start --commit aaaab\n"), (none.Code, none.Error));
    }

    [Fact]
    public async Task Steps_follow_one_another_in_the_order_of_the_definition_and_each_is_titled()
    {
        const string build = """
            {"build":{"state":"succeeded"},"modules":[{"name":"a b","steps":[
              {"name":"one","index":0,"state":"succeeded","logBytes":4},{"name":"none","index":1,"state":"skipped","logBytes":0},
              {"name":"two","index":2,"state":"succeeded","logBytes":4}]}]}
            """;
        var steps = $"GET /api/v1/builds/{Sample.Id}/modules/a%20b/steps";
        await using var server = FakeServer.Start().On($"GET /api/v1/builds/{Sample.Id}", 200, build);
        server.Stream($"{steps}/0/log", "event: log\ndata: 1\ndata: \n\nevent: end\ndata: {}\n\n")
            .Stream($"{steps}/2/log", "event: log\ndata: 2\ndata: \n\nevent: end\ndata: {}\n\n");
        var followed = await Run.FastAsync(server, "build", "log", Sample.Id, "-f");
        Assert.Equal((0, "1\n2\n"), Answer(followed));
        Assert.Equal("== a b / one (succeeded)\n== a b / two (succeeded)\nbuild: succeeded\n", followed.Error);
    }

    [Theory]
    [InlineData("finished", 0)]
    [InlineData("killed", 11)]
    [InlineData("failed", 3)]
    [InlineData("lost", 3)]
    public async Task A_followed_task_ends_with_its_own_exit_code_and_the_problem_before_the_reason(string state, int expected)
    {
        var end = $$"""{"state":"{{state}}","reason":"exit 3","problem":"The sandbox is gone."}""";
        await using var server = FakeServer.Start().Stream("GET /api/v1/tasks/t1/log", $"event: end\ndata: {end}\n\n");
        var followed = await Run.LineAsync(server, "task log t1 -f");
        Assert.Equal((expected, $"task: {state}. The sandbox is gone.\n"), (followed.Code, followed.Error));
        Assert.Equal("GET /api/v1/tasks/t1/log?stream=stdout&follow=true", server.Seen[0].Request);
    }

    [Theory]
    [InlineData("null", true)]
    [InlineData("\"2026-03-01T12:00:00Z\"", false)]
    public async Task On_a_terminal_a_task_is_followed_while_it_runs(string endedAt, bool follows)
    {
        await using var server = FakeServer.Start().On("GET /api/v1/tasks/t1", 200, $$$"""{"task":{"endedAt":{{{endedAt}}}}}""")
            .On("GET /api/v1/tasks/t1/log", 200, "event: end\ndata: {\"state\":\"finished\"}\n\n", "text/event-stream");
        Assert.Equal(0, (await Run.Async(server, terminal: true, "task", "log", "t1")).Code);
        Assert.Equal(follows, server.Seen[1].Request.EndsWith("&follow=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_whose_stream_keeps_ending_is_given_up_with_exit_9()
    {
        await using var server = FakeServer.Start().On("GET /api/v1/tasks/t1/log", 200, "", "text/event-stream");
        var given = await Run.FastAsync(server, "task", "log", "t1", "-f");
        Assert.Equal(9, given.Code);
        Assert.Equal(9, server.Resumed.Count);
        Assert.Contains("error: The event stream kept ending before its last event.", given.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_breaks_off_leaves_the_old_file_and_one_that_cannot_be_written_is_a_usage_error()
    {
        var folder = Directory.CreateTempSubdirectory("cli-test-").FullName;
        var target = Path.Combine(folder, "a");
        await File.WriteAllTextAsync(target, "old");
        await using var server = FakeServer.Start().Stream("GET /api/v1/tasks/t1/files/a", "half", StreamEnd.Breaks)
            .On("GET /api/v1/tasks/t1/files/b", 200, "whole", "application/octet-stream");
        Assert.Equal(9, (await Run.Async(server, "task", "files", "t1", "a", "-o", target)).Code);
        Assert.Equal("old", await File.ReadAllTextAsync(target));
        Assert.Equal("whole", await DownloadedAsync(server, target));
        Assert.Equal(2, (await Run.Async(server, "task", "files", "t1", "b", "-o", Path.Combine(folder, "none", "b"))).Code);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> DownloadedAsync(FakeServer server, string target)
    {
        var ran = await Run.Async(server, "task", "files", "t1", "b", "-o", target);
        Assert.Equal((0, $"{target}: 5 bytes\n"), (ran.Code, ran.Error));
        return await File.ReadAllTextAsync(target);
    }
}
