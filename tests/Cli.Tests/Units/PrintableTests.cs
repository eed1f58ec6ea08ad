using CsCheck;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Tests.Units;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("plain ünï 🙂", "plain ünï 🙂", "plain ünï 🙂")]
    [InlineData("a\tb\nc", "a\tb\nc", "a b c")]
    [InlineData("a\r\nb", "a\uFFFD\nb", "a  b")]
    [InlineData("\u001b[2Jgone", "\uFFFD[2Jgone", "\uFFFD[2Jgone")]
    [InlineData("\u001b]0;title\u0007", "\uFFFD]0;title\uFFFD", "\uFFFD]0;title\uFFFD")]
    [InlineData("a\bb\0c\u007f", "a\uFFFDb\uFFFDc\uFFFD", "a\uFFFDb\uFFFDc\uFFFD")]
    [InlineData("\u009b31mred", "\uFFFD31mred", "\uFFFD31mred")] // the one-character form of ESC [
    public void What_a_terminal_would_obey_is_shown_as_a_mark(string text, string whole, string line)
    {
        Assert.Equal(whole, Printable.Text(text));
        Assert.Equal(line, Printable.InOneLine(text));
    }

    [Fact]
    public void Whatever_the_text_no_control_character_and_no_length_is_left_over() => Gen.String.Sample(text =>
        !Printable.InOneLine(text).Any(char.IsControl) && Printable.InOneLine(text).Length == text.Length
        && Printable.Text(text).All(c => !char.IsControl(c) || c is '\n' or '\t')
        && Printable.Text(Printable.Text(text)) == Printable.Text(text));
}
