using System.Text;
using CsCheck;
using Microsoft.Extensions.Options;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Logs;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

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

    [Theory]
    [InlineData(null, "- 1 2 3 7")]
    [InlineData(1, "1 2 3 7")]
    [InlineData(3, "3 7")]
    [InlineData(9, "")]
    public async Task What_earlier_attempts_wrote_is_removed_of_one_module_of_one_build(int? attempt, string left)
    {
        var (build, other) = (new BuildId(Guid.CreateVersion7()), new BuildId(Guid.CreateVersion7()));
        foreach (var (id, module) in new[] { (build, "api"), (build, "api-docs"), (other, "api") })
        {
            foreach (var a in (int?[])[null, 1, 2, 3, 7])
                await WriteAsync(new LogPlace(id, module, 0, a), "x");
        }

        logs.RemoveBefore(new LogPlace(build, "api", 1, attempt));
        logs.RemoveBefore(new LogPlace(build, "api", 1, attempt));

        Assert.Equal(left, AttemptsOf(build, "api"));
        Assert.Equal(("- 1 2 3 7", "- 1 2 3 7"), (AttemptsOf(build, "api-docs"), AttemptsOf(other, "api")));
    }

    [Theory]
    [InlineData(null, "1 2 3 7")]
    [InlineData(2, "- 1 3 7")]
    [InlineData(5, "- 1 2 3 7")]
    public async Task What_one_attempt_wrote_is_removed_of_all_its_steps_and_of_no_other(int? attempt, string left)
    {
        var build = new BuildId(Guid.CreateVersion7());
        foreach (var a in (int?[])[null, 1, 2, 3, 7])
        {
            await WriteAsync(new LogPlace(build, "api", 0, a), "x");
            await WriteAsync(new LogPlace(build, "api", 1, a), "x");
        }

        logs.Remove(new LogPlace(build, "api", 0, attempt));

        Assert.Equal(left, AttemptsOf(build, "api"));
        Assert.Equal(0, StepLogs.SizeOf(logs.PathOf(new LogPlace(build, "api", 1, attempt))));
    }

    [Fact]
    public async Task Pieces_that_come_through_two_servers_at_once_and_again_are_there_once_and_in_order()
    {
        var log = new LogPlace(new BuildId(Guid.CreateVersion7()), "api", 0, 1);
        var second = new StepLogs(Options.Create(new BuildRunnerOptions { DataDirectory = folder }), new LogSignal());
        var pieces = Enumerable.Range(0, 300).Select(n => Encoding.UTF8.GetBytes($"piece {n}\n")).ToList();
        await Task.WhenAll(new[] { logs, second, logs, second }.Select(server => Task.Run(async () =>
        {
            long offset = 0;
            foreach (var piece in pieces)
            {
                // As the runner: from where the answer says, and no further than this piece.
                for (var end = offset + piece.Length; offset < end;)
                {
                    var answer = await server.AppendAsync(
                        log, offset, piece.AsMemory(piece.Length - (int)(end - offset)), CancellationToken.None);
                    offset = Math.Min(answer.Size, end);
                }
            }
        })));

        Assert.Equal(string.Concat(pieces.Select(Encoding.UTF8.GetString)), await File.ReadAllTextAsync(logs.PathOf(log)));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("hel", 3)]
    [InlineData("hello", 5)]
    public async Task A_piece_that_a_crash_cut_goes_on_where_the_file_ends(string written, int size)
    {
        var log = new LogPlace(new BuildId(Guid.CreateVersion7()), "api", 0, 1);
        var piece = Encoding.UTF8.GetBytes("hello");
        await WriteAsync(log, written);

        var again = await logs.AppendAsync(log, 0, piece, CancellationToken.None);

        Assert.Equal((size == 0, size == 0 ? 5 : size), (again.Appended, again.Size));
        await logs.AppendAsync(log, again.Size, piece.AsMemory((int)again.Size), CancellationToken.None);
        Assert.Equal("hello", await File.ReadAllTextAsync(logs.PathOf(log)));
    }

    [Fact]
    public async Task Nothing_of_a_file_is_written_read_or_removed_in_a_transaction()
    {
        var log = new LogPlace(new BuildId(Guid.CreateVersion7()), "api", 0, 1);
        await WriteAsync(log, "x");
        var path = logs.PathOf(log);
        Action[] calls =
        [
            () => StepLogs.Tail(path), () => StepLogs.LastLines(path, 1, 100), () => StepLogs.OpenRead(path)?.Dispose(),
            () => logs.Remove(log), () => logs.RemoveBefore(log with { Attempt = 2 }),
        ];
        await Transactions.InTransactionAsync(
            async ct =>
            {
                Assert.All(calls, call => Assert.Throws<InvariantViolatedException>(call));
                await Assert.ThrowsAsync<InvariantViolatedException>(() => logs.AppendAsync(log, 1, "y"u8.ToArray(), ct));
            },
            CancellationToken.None);
        Assert.Equal("x", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task A_folder_that_is_removed_while_a_late_piece_is_written_is_no_error()
    {
        var log = new LogPlace(new BuildId(Guid.CreateVersion7()), "api", 0, 1);
        using var stop = new CancellationTokenSource();
        var removing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                logs.RemoveBefore(log with { Attempt = 2 });
        });
        for (var i = 0; i < 2000; i++)
        {
            var answer = await logs.AppendAsync(log, 0, "x"u8.ToArray(), CancellationToken.None);
            Assert.InRange(answer.Size, 0, 1);
        }

        await stop.CancelAsync();
        await removing;
        logs.RemoveBefore(log with { Attempt = 2 });
        Assert.Equal("", AttemptsOf(log.Build, "api"));
    }

    [Fact]
    public async Task A_reader_is_woken_by_what_comes_after_it_looked()
    {
        var log = new LogPlace(new BuildId(Guid.CreateVersion7()), "api", 0, 1);
        signal.Raise(log); // Nobody waits: not kept.
        // Of whatever attempt: the next one wakes who waits for more of this one.
        var (first, second, other) = (signal.Next(log), signal.Next(log with { Attempt = null }), signal.Next(log with { Step = 1 }));
        Assert.False(first.IsCompleted);
        await logs.AppendAsync(log with { Attempt = 2 }, 0, "x"u8.ToArray(), CancellationToken.None);

        Assert.Equal((true, true, false), (first.IsCompletedSuccessfully, second.IsCompletedSuccessfully, other.IsCompleted));
        Assert.False(signal.Next(log).IsCompleted);
    }

    /// <summary>Those that have a log of the first step; a dash is that of no attempt.</summary>
    private string AttemptsOf(BuildId build, string module) => string.Join(
        ' ', ((int?[])[null, 1, 2, 3, 7]).Where(a => File.Exists(logs.PathOf(new LogPlace(build, module, 0, a))))
            .Select(a => $"{a}".PadLeft(1, '-')));

    private async Task WriteAsync(LogPlace log, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logs.PathOf(log))!);
        await File.WriteAllTextAsync(logs.PathOf(log), text);
    }

    private static string Lines(int from, int to) => string.Concat(Enumerable.Range(from, to - from + 1).Select(n => $"line {n}\n"));

    private async Task<string> WriteAsync(byte[] bytes)
    {
        var path = Path.Combine(folder, "0.log");
        await File.WriteAllBytesAsync(path, bytes);
        return path;
    }
}
