using Pipeline.Ui.Display;

namespace Pipeline.Ui.Tests.Display;

/// <summary>Terminal output where it is shown without colours.</summary>
public sealed class AnsiTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("\u001b[1;38;5;196mbold red\u001b[m!", "bold red!")]
    [InlineData("\u001b[2K\u001b[1Gprogress", "progress")]
    [InlineData("\u001b]8;;http://x\u0007link\u001b]8;;\u0007", "link")]
    [InlineData("\u001b]0;title\u001b\\text", "text")]
    [InlineData("\u001b[?25lhidden cursor\u001b[?25h", "hidden cursor")]
    [InlineData("10%\r20%\r30%", "10%20%30%")]
    [InlineData("\u001bMreverse index", "reverse index")]
    [InlineData("[31mnot a sequence", "[31mnot a sequence")]
    [InlineData("<script>alert(1)</script>", "<script>alert(1)</script>")]
    public void Control_sequences_are_left_out_and_nothing_else(string text, string stripped) => Assert.Equal(stripped, Ansi.Strip(text));

    [Fact]
    public void An_unfinished_sequence_ends_nothing() => Assert.Contains("text", Ansi.Strip("text \u001b["), StringComparison.Ordinal);

    [Fact]
    public void A_megabyte_of_half_sequences_is_read_once()
    {
        var hostile = string.Concat(Enumerable.Repeat("\u001b]", 500_000));

        Assert.InRange(Ansi.Strip(hostile).Length, 0, hostile.Length);
    }

    [Fact]
    public void Stripping_twice_changes_nothing()
    {
        var random = new Random(17);
        for (var i = 0; i < 300; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 40).Select(_ => "\u001b[];m0K\u0007ab\\"[random.Next(11)]));
            var once = Ansi.Strip(text);
            Assert.True(once.Length <= text.Length, "seed 17");
            Assert.DoesNotContain('\r', once);
        }
    }
}
