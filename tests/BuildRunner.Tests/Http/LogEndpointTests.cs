using System.Net.Http.Headers;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Logs;
using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Http;

/// <summary>The log of a step over HTTP: as bytes, its last lines, and as it grows.</summary>
public sealed class LogEndpointTests(BuildFixture fixture) : IClassFixture<BuildFixture>, IAsyncLifetime
{
    private const string BadTail = "tail must be a number of lines from 1 to 10000.";
    private const string BadId = "Last-Event-ID must be a number of bytes.";
    private const string BadOffset = "offset must not be negative.";
    private readonly BuildHost host = fixture.Host;
    private Guid build;
    private string log = "";
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        var (running, task) = await host.RunningAsync();
        using (task)
            Assert.Equal(204, (int)(await task.StepAsync(0, "succeeded", 0)).StatusCode);
        build = running.Build.Id;
        log = $"/api/v1/builds/{build}/modules/build/steps/0/log";
        path = host.Get<StepLogs>().PathOf(new LogPlace(new BuildId(build), "build", 0, 1));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    }

    public ValueTask DisposeAsync() => default;

    /// <summary>The log, the query, and what is read.</summary>
    [Theory]
    [InlineData("", "", "")]
    [InlineData("", "?tail=1", "")]
    [InlineData("a\nb\nc\n", "", "a\nb\nc\n")]
    [InlineData("a\nb\nc\n", "?tail=1", "c\n")]
    [InlineData("a\nb\nc\n", "?tail=2", "b\nc\n")]
    [InlineData("a\nb\nc\n", "?tail=3", "a\nb\nc\n")]
    [InlineData("a\nb\nc\n", "?tail=10000", "a\nb\nc\n")]
    [InlineData("a\nb", "?tail=1", "b")]
    [InlineData("\n\n", "?tail=1", "\n")]
    [InlineData("é😀\r\nü\r\n", "", "é😀\r\nü\r\n")]
    [InlineData("é😀\r\nü\r\n", "?tail=1", "ü\r\n")]
    [InlineData("a\0b\n", "", "a\0b\n")]
    public async Task A_log_is_plain_text_as_the_task_sent_it(string content, string query, string expected)
    {
        await File.WriteAllTextAsync(path, content);
        using var answer = await host.Http.GetAsync(log + query);
        Assert.Equal((200, expected), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData(0, 0, 206, "a")]
    [InlineData(2, null, 206, "b\nc\n")]
    [InlineData(5, 99, 206, "\n")]
    [InlineData(6, null, 416, "")]
    public async Task A_range_gives_its_bytes_and_none_beyond_the_end(int from, int? to, int status, string expected)
    {
        await File.WriteAllTextAsync(path, "a\nb\nc\n");
        using var request = new HttpRequestMessage(HttpMethod.Get, log);
        request.Headers.Range = new RangeHeaderValue(from, to);
        using var answer = await host.Http.SendAsync(request);
        Assert.Equal((status, expected), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("?tail=0", null, BadTail)]
    [InlineData("?tail=-1", null, BadTail)]
    [InlineData("?tail=10001", null, BadTail)]
    [InlineData("?tail=0", "1", BadTail)]
    [InlineData("?offset=-1", "", BadOffset)]
    [InlineData("?offset=-9223372036854775808", "", BadOffset)]
    [InlineData("", "-1", BadId)]
    [InlineData("", "x", BadId)]
    [InlineData("", "1.5", BadId)]
    [InlineData("", "+1", BadId)]
    [InlineData("", "0x1", BadId)]
    [InlineData("", "1,2", BadId)]
    [InlineData("", "9223372036854775808", BadId)]
    [InlineData("?offset=2", "x", BadId)]
    public async Task A_place_that_is_none_is_refused_with_its_name(string query, string? lastId, string title)
    {
        await File.WriteAllTextAsync(path, "a\n");
        (string, string)[] headers = lastId is null ? [] : [("Accept", "text/event-stream"), ("Last-Event-ID", lastId)];
        var answer = await host.SendAsync("GET", log + query, null, headers);
        Assert.Equal((400, "invalid-request", title), (answer.Status, answer.Text("type"), answer.Text("title")));
    }

    [Theory]
    [InlineData("?tail=x")]
    [InlineData("?tail=2147483648")]
    [InlineData("?offset=x")]
    [InlineData("?offset=9223372036854775808")]
    public async Task A_place_of_the_wrong_type_is_refused(string query) =>
        Assert.Equal(400, (await host.SendAsync("GET", log + query)).Status);

    /// <summary>Address, id of the last event (none when empty), and what comes before the end, with its id.</summary>
    [Theory]
    [InlineData("", "", "one\ntwo é\n", "11")]
    [InlineData("?offset=0", "", "one\ntwo é\n", "11")]
    [InlineData("", "0", "one\ntwo é\n", "11")]
    [InlineData("", "4", "two é\n", "11")]
    [InlineData("", "10", "\n", "11")]
    [InlineData("", "11", "", "")]
    [InlineData("?offset=4", "", "two é\n", "11")]
    [InlineData("?offset=11", "", "", "")]
    [InlineData("?offset=4", "8", "é\n", "11")]
    [InlineData("?offset=-1", "4", "two é\n", "11")]
    [InlineData("?offset=4", "0", "one\ntwo é\n", "11")]
    [InlineData("", "12", "one\ntwo é\n", "11")]
    [InlineData("", "9223372036854775807", "one\ntwo é\n", "11")]
    [InlineData("?offset=9223372036854775807", "", "one\ntwo é\n", "11")]
    public async Task A_reader_goes_on_exactly_where_it_stands(string query, string lastId, string text, string id)
    {
        await File.WriteAllTextAsync(path, "one\ntwo é\n");
        using var request = new HttpRequestMessage(HttpMethod.Get, log + query);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        if (lastId.Length > 0)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var answer = await host.Http.SendAsync(request, limit.Token);
        var events = (await answer.Content.ReadAsStringAsync(limit.Token)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal((200, "text/event-stream"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal("no", Assert.Single(answer.Headers.GetValues("X-Accel-Buffering")));
        var logs = events.Where(e => e.StartsWith("event: log\n", StringComparison.Ordinal)).ToList();
        Assert.Equal(text, string.Concat(logs.Select(DataOf)));
        Assert.Equal(id, logs.Count == 0 ? "" : logs[^1].Split('\n').Single(l => l.StartsWith("id: ", StringComparison.Ordinal))[4..]);
        Assert.Equal("event: end\ndata: {\"state\":\"succeeded\",\"exitCode\":0}", events[^1]);
    }

    [Theory]
    [InlineData("gone", "0")]
    [InlineData("Build", "0")]
    [InlineData("build", "1")]
    [InlineData("build", "-1")]
    [InlineData("build", "2147483647")]
    [InlineData("b%25", "0")]
    [InlineData("é 😀", "0")]
    [InlineData("..%2f..", "0")]
    public async Task A_module_or_step_that_there_is_not_is_named_with_where_to_find_those_there_are(string module, string step)
    {
        foreach (var accept in (string[])["*/*", "text/event-stream"])
        {
            var answer = await host.SendAsync("GET", $"/api/v1/builds/{build}/modules/{module}/steps/{step}/log", null, ("Accept", accept));
            var detail = answer.Text("detail");
            Assert.Equal((404, "not-found"), (answer.Status, answer.Text("type")));
            Assert.StartsWith($"Build {build} has no step {step} in a module '", detail, StringComparison.Ordinal);
            Assert.Contains(Uri.UnescapeDataString(module).Replace('/', '%')[..1], detail, StringComparison.Ordinal);
            Assert.Equal($"GET /api/v1/builds/{build} lists its modules and their steps.", answer.Text("hint"));
        }
    }

    [Theory]
    [InlineData("/modules/b%00/steps/0/log")]
    [InlineData("/modules/build/steps/x/log")]
    [InlineData("/modules/build/steps/2147483648/log")]
    public async Task An_address_that_can_name_no_step_is_refused(string address) =>
        Assert.Contains((await host.SendAsync("GET", $"/api/v1/builds/{build}{address}")).Status, (int[])[400, 404]);

    [Fact]
    public async Task A_tail_of_a_large_log_is_the_last_4_MiB_of_whole_lines_or_less()
    {
        var line = new string('x', 1023) + "\n";
        await File.WriteAllTextAsync(path, string.Concat(Enumerable.Repeat(line, 5000)));
        var tail = await host.Http.GetStringAsync(log + "?tail=10000");
        Assert.Equal(4 << 20, tail.Length);
        Assert.Equal(line, await host.Http.GetStringAsync(log + "?tail=1"));
    }

    private static string DataOf(string item)
    {
        var lines = item.Split('\n').Where(l => l.StartsWith("data: ", StringComparison.Ordinal)).Select(l => l[6..]);
        return string.Join('\n', lines);
    }
}
