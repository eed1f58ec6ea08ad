using System.Text;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Tests.Sandboxes;

public sealed class LogWindowTests
{
    [Theory, Trait("fact", "142")]
    [InlineData("plain text\n")]
    [InlineData("καλημέρα 🚀 — done\n")]
    [InlineData("🚀🚀🚀🚀")]
    public void Windows_of_any_size_put_a_log_together_without_loss(string log)
    {
        var bytes = Encoding.UTF8.GetBytes(log);
        for (var window = 4; window <= bytes.Length; window++)
        {
            var text = new StringBuilder();
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(window, bytes.Length - at);
                var (whole, taken) = LogWindow.WholeCharacters(Encoding.UTF8.GetString(bytes, at, length), length, at + length == bytes.Length);
                Assert.True(taken > 0);
                text.Append(whole);
                at += taken;
            }

            Assert.Equal(log, text.ToString());
        }
    }

    [Fact, Trait("fact", "142")]
    public void A_window_that_begins_and_ends_inside_characters_is_valid_text_and_the_next_one_begins_whole()
    {
        var bytes = Encoding.UTF8.GetBytes("a🚀b🚀c");
        var (text, taken) = LogWindow.WholeCharacters(Encoding.UTF8.GetString(bytes, 2, 6), 6, isLast: false);
        Assert.Equal("\uFFFD\uFFFD\uFFFDb", text);
        Assert.Equal(4, taken);
        Assert.Equal("🚀c", Encoding.UTF8.GetString(bytes, 2 + taken, bytes.Length - 2 - taken));
        Assert.Equal(text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void A_character_that_is_still_being_written_is_waited_for_and_binary_bytes_are_not()
    {
        Assert.Equal(("", 0), LogWindow.WholeCharacters("\uFFFD", 1, isLast: false));
        Assert.Equal(("\uFFFD", 1), LogWindow.WholeCharacters("\uFFFD", 1, isLast: true));
        var binary = new byte[] { 0xFF, 0xFE, 0x41, 0xFF, 0xFF, 0xFF, 0xFF };
        Assert.Equal(7, LogWindow.WholeCharacters(Encoding.UTF8.GetString(binary), 7, isLast: false).Bytes);
    }

    [Theory]
    [InlineData("a\nb\nc\n", 2, "b\nc\n")]
    [InlineData("a\nb\nc", 1, "c")]
    [InlineData("a\nb\n", 2, null)]
    [InlineData("", 1, null)]
    public void The_last_lines_are_counted_by_their_line_feeds(string text, int lines, string? expected) =>
        Assert.Equal(expected, LogWindow.LastLines(text, lines));

    [Theory]
    [InlineData("", true)]
    [InlineData("out/report.txt", true)]
    [InlineData("out/", true)]
    [InlineData("a..b", true)]
    [InlineData("..", false)]
    [InlineData("a/../b", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("a//b", false)]
    [InlineData("./a", false)]
    [InlineData("a\n", false)]
    public void A_path_never_leaves_the_sandbox(string text, bool good) => Assert.Equal(good, SandboxPath.TryParse(text, out _));
}
