using System.Net.ServerSentEvents;
using System.Text;
using CsCheck;
using Dapper;
using Microsoft.Extensions.Time.Testing;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Logs;
using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Logs;

/// <summary>A log as it grows: whole characters, one line end for CR LF, every byte once, and an end.</summary>
public sealed class LogStreamTests(BuildFixture fixture) : IClassFixture<BuildFixture>, IAsyncLifetime
{
    private const int Chunk = 64 * 1024;
    private static readonly string[] Pieces = ["a", "\n", "\r", "\r\n", "€", "😀"];
    private readonly BuildHost host = fixture.Host;
    private Guid build;
    private string path = "";
    private LogPlace place;

    public async ValueTask InitializeAsync()
    {
        build = (await host.PushAsync(TaskCalls.OneStep)).Build.Id;
        place = new LogPlace(new BuildId(build), "build", 0, null);
        path = host.Get<StepLogs>().PathOf(place);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    }

    public ValueTask DisposeAsync() => default;

    /// <summary>The bytes of a log that is complete, and its text as readers see it.</summary>
    private static readonly (byte[] Log, string Text)[] Complete =
    [
        ([], ""),
        (Bytes("a\nb\n"), "a\nb\n"),
        (Bytes("a\r\nb\r\n"), "a\nb\n"),
        (Bytes("\r"), "\n"),
        (Bytes("\r\n"), "\n"),
        (Bytes("\n\r"), "\n\n"),
        (Bytes("a\r\r\nb"), "a\n\nb"),
        (Bytes("a\r"), "a\n"),
        ([.. Bytes("a"), 0xE2, 0x82], "a\uFFFD"),
        ([0xF0, 0x9F], "\uFFFD"),
        ([0xFF, 0xFE, 0x80], "\uFFFD\uFFFD\uFFFD"),
        (Bytes(new string('x', Chunk - 1) + "\r\nb"), new string('x', Chunk - 1) + "\nb"),
        (Bytes(new string('x', Chunk - 1) + "\r"), new string('x', Chunk - 1) + "\n"),
        (Bytes(new string('x', Chunk)), new string('x', Chunk)),
        (Bytes(new string('x', Chunk - 1) + "😀"), new string('x', Chunk - 1) + "😀"),
        (Bytes(new string('x', Chunk - 3) + "😀"), new string('x', Chunk - 3) + "😀"),
        (Bytes(new string('\r', Chunk + 1)), new string('\n', Chunk + 1)),
        ([.. Bytes(new string('x', Chunk - 1)), 0xF0], new string('x', Chunk - 1) + "\uFFFD"),
    ];

    public static TheoryData<int> CompleteLogs => [.. Enumerable.Range(0, Complete.Length)];

    [Theory]
    [MemberData(nameof(CompleteLogs))]
    public async Task A_log_that_is_complete_comes_whole_and_ends(int number)
    {
        var (log, text) = Complete[number];
        await File.WriteAllBytesAsync(path, log);
        await EndStepAsync("Succeeded", 0);
        var items = await AllAsync(0);

        Assert.Equal(text, Text(items));
        Assert.Equal(("end", "{\"state\":\"succeeded\",\"exitCode\":0}"), (items[^1].EventType, items[^1].Data));
        Assert.Single(items, i => i.EventType == "end");
        Assert.Equal(log.Length == 0 ? null : log.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), items[^2].EventId);
    }

    [Theory]
    [InlineData("Succeeded", 0, "succeeded", "0")]
    [InlineData("Failed", 2, "failed", "2")]
    [InlineData("TimedOut", 137, "timed-out", "137")]
    [InlineData("Skipped", null, "skipped", "null")]
    public async Task The_end_says_how_the_step_ended(string state, int? exitCode, string word, string code)
    {
        await EndStepAsync(state, exitCode);
        var items = await AllAsync(0);
        Assert.Equal(["keep-alive", "end"], items.Select(i => i.EventType));
        Assert.Equal($"{{\"state\":\"{word}\",\"exitCode\":{code}}}", items[^1].Data);
        Assert.Equal(TimeSpan.FromSeconds(2), items[0].ReconnectionInterval);
    }

    /// <summary>What the log grows by, piece by piece, and what a reader that sits on it gets each time.</summary>
    [Theory]
    [InlineData("a\r|\nb\n", "a|\nb\n")]
    [InlineData("a\r|b", "a|\nb")]
    [InlineData("\r|\n|x", "|\n|x")]
    [InlineData("10%\r|20%\r|30%\n", "10%|\n20%|\n30%\n")]
    [InlineData("a|b|c", "a|b|c")]
    public async Task Half_a_line_end_waits_for_its_rest(string pieces, string seen)
    {
        await using var reader = host.Get<LogStream>().ReadAsync(new BuildId(build), "build", 0, 0, CancellationToken.None)
            .GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        foreach (var (piece, expected) in pieces.Split('|').Zip(seen.Split('|')))
        {
            await AppendAsync(Bytes(piece));
            if (expected.Length == 0)
                continue;
            Assert.True(await reader.MoveNextAsync());
            Assert.Equal(("log", expected), (reader.Current.EventType, reader.Current.Data));
        }
    }

    [Fact]
    public async Task Half_a_character_and_a_lone_CR_come_out_when_the_step_ends_there()
    {
        await using var reader = host.Get<LogStream>().ReadAsync(new BuildId(build), "build", 0, 0, CancellationToken.None)
            .GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        await AppendAsync([(byte)'a', (byte)'\r']);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("a", reader.Current.Data);
        await EndStepAsync("Failed", 1);
        host.Get<LogSignal>().Raise(place);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(("log", "\n", "2"), (reader.Current.EventType, reader.Current.Data, reader.Current.EventId));
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("end", reader.Current.EventType);
        Assert.False(await reader.MoveNextAsync());
    }

    [Fact]
    public async Task A_reader_that_comes_back_with_any_id_it_was_given_misses_nothing_and_gets_nothing_twice()
    {
        var log = Bytes(string.Concat(Enumerable.Range(0, 30_000).Select(n => n % 7 == 0 ? $"{n} €\r\n" : $"{n} 😀\n")));
        await File.WriteAllBytesAsync(path, log);
        await EndStepAsync("Succeeded", 0);
        var items = await AllAsync(0);
        var whole = Text(items);
        Assert.Equal(Encoding.UTF8.GetString(log).Replace("\r\n", "\n", StringComparison.Ordinal), whole);
        var ids = items.Where(i => i.EventId is not null).ToList();
        Assert.True(ids.Count > 3);
        for (var i = 0; i < ids.Count; i++)
        {
            var before = string.Concat(ids.Take(i + 1).Select(item => item.Data));
            Assert.Equal(whole, before + Text(await AllAsync(long.Parse(ids[i].EventId!, null))));
        }
    }

    [Fact]
    public Task However_a_log_is_cut_into_chunks_readers_see_the_same_text() =>
        Gen.Select(Gen.Int[0, 5].Select(n => Pieces[n]).Array[0, 40], Gen.Int[1, 6].Array[60]).SampleAsync(
            async (parts, cuts) =>
            {
                var log = Bytes(string.Concat(parts));
                await SetStateAsync("Running");
                File.Delete(path);
                await using var reader = host.Get<LogStream>().ReadAsync(new BuildId(build), "build", 0, 0, CancellationToken.None)
                    .GetAsyncEnumerator();
                Assert.True(await reader.MoveNextAsync());
                var seen = new StringBuilder();
                var next = reader.MoveNextAsync().AsTask();
                foreach (var cut in Cut(log, cuts))
                    await AppendAsync(cut);
                await EndStepAsync("Succeeded", 0);
                host.Get<LogSignal>().Raise(place);
                for (; await next && reader.Current.EventType != "end"; next = reader.MoveNextAsync().AsTask())
                    seen.Append(reader.Current.Data);
                var text = Encoding.UTF8.GetString(log).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
                Assert.Equal(text, seen.ToString());
            },
            iter: 15,
            threads: 1);

    [Theory]
    [InlineData("second\n")]
    [InlineData("second attempt, longer than the first one\n")]
    public async Task A_reader_starts_again_with_the_log_of_the_next_attempt(string second)
    {
        await AppendAsync(Bytes("first attempt, long\n"));
        await using var reader = host.Get<LogStream>().ReadAsync(new BuildId(build), "build", 0, 0, CancellationToken.None)
            .GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        Assert.True(await reader.MoveNextAsync());
        place = place with { Attempt = 2 };
        path = host.Get<StepLogs>().PathOf(place);
        await AppendAsync(Bytes(second));
        await using (var connection = await host.Database.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("UPDATE build.module_build SET log_attempt = 2 WHERE build_id = @build", new { build });
        }

        Assert.True(await reader.MoveNextAsync());
        Assert.Equal((second, $"{second.Length}"), (reader.Current.Data, reader.Current.EventId));
    }

    [Fact]
    public async Task Silence_is_broken_every_fifteen_seconds()
    {
        var time = new FakeTimeProvider(TaskCalls.At);
        var stream = new LogStream(host.Get<BuildStore>(), host.Get<StepLogs>(), host.Get<LogSignal>(), time);
        await using var reader = stream.ReadAsync(new BuildId(build), "build", 0, 0, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        var next = reader.MoveNextAsync().AsTask();
        var passed = 0;
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                passed++;
                return Task.FromResult(next.IsCompleted);
            },
            TimeSpan.FromSeconds(30),
            "a keep-alive");

        Assert.True(await next);
        Assert.Equal("keep-alive", reader.Current.EventType);
        Assert.True(passed > 15, $"after {passed} s");
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_stream()
    {
        using var away = new CancellationTokenSource();
        await using var reader = host.Get<LogStream>().ReadAsync(new BuildId(build), "build", 0, 0, away.Token).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        var next = reader.MoveNextAsync().AsTask();
        await away.CancelAsync();
        try
        {
            Assert.False(await next);
        }
        catch (OperationCanceledException)
        {
            Assert.True(away.IsCancellationRequested);
        }
    }

    [Theory]
    [InlineData("gone", 0)]
    [InlineData("build", 1)]
    [InlineData("build", -1)]
    public async Task A_step_that_there_is_not_has_no_stream(string module, int step)
    {
        var items = new List<SseItem<string>>();
        await foreach (var item in host.Get<LogStream>().ReadAsync(new BuildId(build), module, step, 0, CancellationToken.None))
            items.Add(item);
        Assert.Equal(["keep-alive"], items.Select(i => i.EventType));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(IEnumerable<SseItem<string>> items) =>
        string.Concat(items.Where(i => i.EventType == "log").Select(i => i.Data));

    private static IEnumerable<byte[]> Cut(byte[] log, int[] cuts)
    {
        var from = 0;
        foreach (var cut in cuts)
        {
            if (from >= log.Length)
                yield break;
            yield return log[from..Math.Min(log.Length, from + cut)];
            from += cut;
        }

        if (from < log.Length)
            yield return log[from..];
    }

    private async Task<List<SseItem<string>>> AllAsync(long offset)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var items = new List<SseItem<string>>();
        await foreach (var item in host.Get<LogStream>().ReadAsync(new BuildId(build), "build", 0, offset, limit.Token))
            items.Add(item);
        Assert.False(limit.IsCancellationRequested, "The stream did not end.");
        return items;
    }

    private async Task AppendAsync(byte[] bytes)
    {
        var (appended, _, _) = await host.Get<StepLogs>().AppendAsync(place, StepLogs.SizeOf(path), bytes, CancellationToken.None);
        Assert.True(appended);
    }

    private Task SetStateAsync(string state) => EndStepAsync(state, null);

    private async Task EndStepAsync(string state, int? exitCode)
    {
        await using var connection = await host.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE build.step SET state = @state, exit_code = @exitCode
             WHERE module_build_id IN (SELECT id FROM build.module_build WHERE build_id = @build)
            """,
            new { state, exitCode, build });
    }
}
