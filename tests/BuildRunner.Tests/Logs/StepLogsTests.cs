using System.Text;
using CsCheck;
using Microsoft.Extensions.Options;
using Pipeline.BuildRunner.Logs;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Logs;

/// <summary>The files, and the last lines that a failed step keeps.</summary>
public sealed class StepLogsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-logs-").FullName;
    private readonly StepLogs logs;
    private readonly LogSignal signal = new();

    public StepLogsTests() => logs = new StepLogs(Options.Create(new BuildRunnerOptions { DataDirectory = folder }), signal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string, string> Tails => new()
    {
        { "", "" },
        { "\n", "" },
        { "\r\n\r\n", "" },
        { "one", "one" },
        { "one\n", "one" },
        { "one\r\n", "one" },
        { "one\r", "one" },
        { "one\ntwo\n\n\n", "one\ntwo" },
        { "one\r\ntwo\r\n", "one\ntwo" },
        { "10%\r20%\r30%\n", "10%\r20%\r30%" },
        { "a\0b\0\n\0", "ab\n" },
        { "ä€😀\n", "ä€😀" },
        { Lines(1, 30), Lines(1, 30).TrimEnd('\n') },
        { Lines(1, 31), Lines(2, 31).TrimEnd('\n') },
        { Lines(1, 1000), Lines(971, 1000).TrimEnd('\n') },
    };

    [Theory]
    [MemberData(nameof(Tails))]
    public async Task The_tail_is_the_last_thirty_lines_without_line_ends_and_NULs(string log, string tail) =>
        Assert.Equal(tail, StepLogs.Tail(await WriteAsync(Encoding.UTF8.GetBytes(log))));

    [Fact]
    public async Task The_tail_of_one_endless_line_is_its_last_eight_kilobytes()
    {
        var tail = StepLogs.Tail(await WriteAsync(Encoding.UTF8.GetBytes(new string('x', 8191) + "ab" + new string('y', 8191))));
        Assert.Equal("b" + new string('y', 8191), tail);
    }

    /// <summary>A character of 1 to 4 bytes, and how many bytes stand behind the place where its tail is cut.</summary>
    [Theory]
    [InlineData("ä", 1)]
    [InlineData("€", 1)]
    [InlineData("€", 2)]
    [InlineData("😀", 1)]
    [InlineData("😀", 2)]
    [InlineData("😀", 3)]
    public async Task A_tail_never_begins_with_half_a_character(string character, int behind)
    {
        var path = await WriteAsync([.. Encoding.UTF8.GetBytes("before" + character), .. new byte[8192 - behind].Select(_ => (byte)'z')]);
        Assert.Equal(new string('z', 8192 - behind), StepLogs.Tail(path));
    }

    [Fact]
    public async Task A_character_that_begins_exactly_at_the_cut_stays()
    {
        var path = await WriteAsync([.. "before"u8, .. "😀"u8, .. new byte[8188].Select(_ => (byte)'z')]);
        Assert.Equal("😀" + new string('z', 8188), StepLogs.Tail(path));
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF_8_are_shown_as_such_and_hide_nothing()
    {
        Assert.Equal("\uFFFD\uFFFD\uFFFD\uFFFDok", StepLogs.Tail(await WriteAsync([0x80, 0xBF, 0x80, 0xFF, (byte)'o', (byte)'k'])));
        var long4 = await WriteAsync([.. new byte[9000].Select(_ => (byte)0x80), (byte)'!']);
        Assert.EndsWith("\uFFFD!", StepLogs.Tail(long4), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nb\nc\n", 1, "c\n")]
    [InlineData("a\nb\nc\n", 2, "b\nc\n")]
    [InlineData("a\nb\nc\n", 3, "a\nb\nc\n")]
    [InlineData("a\nb\nc\n", 4, "a\nb\nc\n")]
    [InlineData("a\nb\nc", 1, "c")]
    [InlineData("a\nb\nc", 2, "b\nc")]
    [InlineData("\n\n\n", 2, "\n\n")]
    [InlineData("a\r\nb\r\n", 1, "b\r\n")]
    [InlineData("x", 1, "x")]
    public async Task Last_lines_are_as_they_are_in_the_file(string log, int lines, string expected) =>
        Assert.Equal(expected, StepLogs.LastLines(await WriteAsync(Encoding.UTF8.GetBytes(log)), lines, 1 << 20));

    [Fact]
    public void A_log_that_is_not_there_is_empty()
    {
        var path = Path.Combine(folder, "none", "0.log");
        Assert.Equal((0, "", ""), (StepLogs.SizeOf(path), StepLogs.Tail(path), StepLogs.LastLines(path, 5, 100)));
        Assert.Null(StepLogs.OpenRead(path));
    }

    [Fact]
    public void Last_lines_end_the_text_and_are_no_more_than_wanted() => Gen
        .Select(Gen.Char["ab\n\r€😀"[..5]].Array[0, 60], Gen.Int[1, 5], Gen.Int[1, 40])
        .Sample(
            (characters, lines, bytes) =>
            {
                var text = new string(characters);
                var path = Path.Combine(folder, "sample.log");
                File.WriteAllText(path, text);
                var last = StepLogs.LastLines(path, lines, bytes);

                Assert.EndsWith(last, text, StringComparison.Ordinal);
                Assert.True(last.TrimEnd('\n').Count(c => c == '\n') < lines + last.Length - last.TrimEnd('\n').Length);
                Assert.True(Encoding.UTF8.GetByteCount(last) <= bytes);
                Assert.True(last.Split('\n').Length <= lines + 1);
            },
            threads: 1);

    [Fact]
    public async Task Reset_takes_the_logs_of_one_module_of_one_build()
    {
        var (build, other) = (new BuildId(Guid.CreateVersion7()), new BuildId(Guid.CreateVersion7()));
        foreach (var (id, module) in new[] { (build, "api"), (build, "api-docs"), (other, "api") })
            await logs.AppendAsync(logs.PathOf(id, module, 0), 0, "x"u8.ToArray(), CancellationToken.None);
        logs.Reset(build, "api");
        logs.Reset(build, "api");

        Assert.Equal(
            [0L, 1, 1],
            [SizeOf(build, "api"), SizeOf(build, "api-docs"), SizeOf(other, "api")]);
    }

    [Fact]
    public async Task A_reader_is_woken_by_what_comes_after_it_looked()
    {
        var path = Path.Combine(folder, "a", "0.log");
        signal.Raise(path); // Nobody waits: not kept.
        var (first, second, other) = (signal.Next(path), signal.Next(path), signal.Next(path + "x"));
        Assert.False(first.IsCompleted);
        await logs.AppendAsync(path, 0, "x"u8.ToArray(), CancellationToken.None);

        Assert.Equal((true, true, false), (first.IsCompletedSuccessfully, second.IsCompletedSuccessfully, other.IsCompleted));
        Assert.False(signal.Next(path).IsCompleted);
    }

    private long SizeOf(BuildId build, string module) => StepLogs.SizeOf(logs.PathOf(build, module, 0));

    private static string Lines(int from, int to) => string.Concat(Enumerable.Range(from, to - from + 1).Select(n => $"line {n}\n"));

    private async Task<string> WriteAsync(byte[] bytes)
    {
        var path = Path.Combine(folder, "0.log");
        await File.WriteAllBytesAsync(path, bytes);
        return path;
    }
}
