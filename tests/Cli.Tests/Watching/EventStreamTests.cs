using Microsoft.Extensions.Time.Testing;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Http;
using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Watching;

/// <summary>The reader below watch and followed logs: resuming, retrying, giving up.</summary>
public sealed class EventStreamTests : IAsyncLifetime
{
    private const string Stream = "GET /stream";
    private readonly FakeTimeProvider time = new(Sample.Now);
    private readonly List<string> warnings = [];
    private readonly List<string> events = [];
    private readonly FakeServer server = FakeServer.Start();
    private ApiClient api = null!;
    private int opened;

    public ValueTask InitializeAsync()
    {
        api = new ApiClient(new Uri(server.Url), "plt_test");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Events_come_in_order_until_one_ends_the_wait()
    {
        server.Stream(Stream, "event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: stop\ndata: 3\n\nevent: c\ndata: 4\n\n");
        Assert.Equal("3", await ReadAsync());
        Assert.Equal(["a 1", "b 2", "stop 3"], events);
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task An_event_without_an_id_does_not_forget_the_last_one()
    {
        server.Stream(Stream, "id: 5\nevent: a\ndata: 1\n\nevent: keep-alive\ndata:\n\n").Stream(Stream, "event: stop\ndata: end\n\n");
        Assert.Equal("end", await ReadAsync());
        Assert.Equal([null, "5"], server.Resumed);
    }

    [Fact]
    public async Task What_the_opening_finds_ends_the_wait_before_any_event()
    {
        server.Stream(Stream, "event: a\ndata: 1\n\n", StreamEnd.StaysOpen);
        Assert.Equal("found", await ReadAsync(found: "found"));
        Assert.Empty(events);
    }

    [Fact]
    public async Task Connections_that_bring_nothing_are_retried_eight_times()
    {
        server.On(Stream, 200, "", "text/event-stream");
        var given = await Assert.ThrowsAsync<CommandException>(() => ReadAsync());
        Assert.Equal((ExitCodes.Unreachable, 9, 8), (given.ExitCode, opened, warnings.Count));
    }

    [Fact]
    public async Task A_connection_that_was_good_by_itself_is_opened_again_without_end()
    {
        for (var i = 0; i < 20; i++)
            server.Stream(Stream, "");
        server.Stream(Stream, "event: stop\ndata: end\n\n");
        Assert.Equal("end", await ReadAsync(isProgress: true));
        Assert.Equal((21, 0), (opened, warnings.Count));
    }

    [Fact]
    public async Task Each_event_renews_the_retries()
    {
        for (var i = 0; i < 3; i++)
        {
            for (var broken = 0; broken < 8; broken++)
                server.Stream(Stream, "", StreamEnd.Breaks);
            server.Stream(Stream, $"id: {i}\nevent: a\ndata: {i}\n\n");
        }

        server.Stream(Stream, "event: stop\ndata: end\n\n");
        Assert.Equal("end", await ReadAsync());
        Assert.Equal((28, 24), (opened, warnings.Count));
    }

    [Fact]
    public async Task The_pauses_between_retries_grow_and_stay_below_their_limit()
    {
        server.On(Stream, 503, """{"code":"starting","title":"The server starts."}""");
        var began = time.GetUtcNow();
        await Assert.ThrowsAsync<CommandException>(() => ReadAsync());
        // 250 ms doubling to at most 8 s, with jitter, on a clock of steps of half a second.
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(120));
        Assert.All(warnings, w => Assert.Equal("The connection broke; retrying: The server starts. (starting)", w));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    public async Task A_refusal_is_not_retried(int status)
    {
        server.On(Stream, status, """{"code":"refused","title":"No."}""");
        await Assert.ThrowsAsync<CommandException>(() => ReadAsync());
        Assert.Single(server.Seen);
        Assert.Empty(warnings);
    }

    private async Task<string> ReadAsync(string? found = null, bool isProgress = false)
    {
        var reading = new EventStreamReader(api, warnings.Add, time).ReadAsync<string>(
            "stream",
            _ =>
            {
                opened++;
                return Task.FromResult(new OpenedStream<string>(found, isProgress));
            },
            (item, _) =>
            {
                events.Add($"{item.EventType} {item.Data}");
                return Task.FromResult(item.EventType == "stop" ? item.Data : null);
            },
            CancellationToken.None);
        await TestKit.Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
                return Task.FromResult(reading.IsCompleted);
            },
            TimeSpan.FromSeconds(60), "the stream was read");
        return await reading;
    }
}
