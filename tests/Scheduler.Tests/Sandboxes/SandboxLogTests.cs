using System.Text;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Tests.Sandboxes;

/// <summary>Logs are read in pieces, and shown in whole characters and lines.</summary>
public sealed class SandboxLogTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly SandboxPath Stdout = new("stdout");

    private FakeAgent agent = null!;
    private SandboxLog log = null!;

    public async ValueTask InitializeAsync()
    {
        agent = await FakeAgent.StartAsync();
        log = new SandboxLog(new SandboxReader(agent.Clients));
    }

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Theory]
    [InlineData(1, "three\n")]
    [InlineData(2, "two\nthree\n")]
    [InlineData(3, "one\ntwo\nthree\n")]
    [InlineData(100, "one\ntwo\nthree\n")]
    [InlineData(null, "one\ntwo\nthree\n")]
    public async Task The_tail_of_a_short_log_has_its_last_lines(int? lines, string expected)
    {
        agent.With("stdout", "one\ntwo\nthree\n");
        var tail = (await log.TailAsync(agent.Task(), Stdout, lines, None)).Value!;
        Assert.Equal((expected, 14L, 14L), (tail.Text, tail.Next, tail.Size));
    }

    [Fact]
    public async Task The_tail_of_a_long_log_begins_at_a_line_and_ends_at_its_end()
    {
        var text = string.Concat(Enumerable.Range(1, 20_000).Select(n => $"line {n} καλημέρα\n"));
        agent.With("stdout", text);
        var size = Encoding.UTF8.GetByteCount(text);
        var tail = (await log.TailAsync(agent.Task(), Stdout, null, None)).Value!;
        Assert.StartsWith("line ", tail.Text, StringComparison.Ordinal);
        Assert.EndsWith("line 20000 καλημέρα\n", tail.Text, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(tail.Text), SandboxLog.DefaultBytes - 100, SandboxLog.DefaultBytes);
        Assert.Equal((size, size), (tail.Next, tail.Size));

        var many = (await log.TailAsync(agent.Task(), Stdout, 10_000, None)).Value!;
        Assert.Equal(10_000, many.Text.Count(c => c == '\n'));
        Assert.StartsWith("line 10001 ", many.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_on_from_where_a_piece_ended_gives_every_byte_once_whatever_the_sizes()
    {
        var text = string.Concat(Enumerable.Range(1, 3000).Select(n => n % 3 == 0 ? "日本語 " : n % 3 == 1 ? "é🎉\n" : "plain "));
        agent.With("stdout", text);
        var random = new Random(3);
        var read = new StringBuilder();
        for (long offset = 0; offset < Encoding.UTF8.GetByteCount(text);)
        {
            var piece = (await log.ReadAsync(agent.Task(), Stdout, offset, random.Next(8, 3000), None)).Value!;
            Assert.True(piece.Next > offset, "it goes on");
            read.Append(piece.Text);
            offset = piece.Next;
        }

        Assert.Equal(text, read.ToString());
    }

    [Fact]
    public async Task A_character_that_is_still_being_written_waits_for_its_rest()
    {
        agent.With("stdout", "");
        var whole = Encoding.UTF8.GetBytes("a€");
        agent.Files[agent.Files.Keys.Single()] = whole[..^1];
        var first = (await log.ReadAsync(agent.Task(), Stdout, 0, 100, None)).Value!;
        Assert.Equal(("a", 1L), (first.Text, first.Next));
        agent.Files[agent.Files.Keys.Single()] = whole;
        Assert.Equal("€", (await log.ReadAsync(agent.Task(), Stdout, first.Next, 100, None)).Value!.Text);
    }

    [Fact]
    public async Task Past_the_end_there_is_nothing()
    {
        agent.With("stdout", "abc");
        var past = (await log.ReadAsync(agent.Task(), Stdout, 10, 100, None)).Value!;
        Assert.Equal(("", 10L, 3L), (past.Text, past.Next, past.Size));
    }

    [Fact]
    public async Task A_problem_of_the_agent_is_the_problem_of_the_log()
    {
        agent.With("stdout", "abc").Broken = 500;
        Assert.Equal(SandboxFault.AgentUnreachable, (await log.TailAsync(agent.Task(), Stdout, null, None)).Problem!.Fault);
        Assert.Equal(SandboxFault.AgentUnreachable, (await log.ReadAsync(agent.Task(), Stdout, 0, 10, None)).Problem!.Fault);
    }
}
