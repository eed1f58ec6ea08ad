using System.Text;
using CsCheck;
using Pipeline.GitWebhooks.Core;

namespace Pipeline.GitWebhooks.Tests.Core;

public sealed class StatusTextTests
{
    private static readonly Gen<string> Texts =
        Gen.String[Gen.OneOf(Gen.Char, Gen.Char["\n\t \0aé"], Gen.Char['\ud800', '\udfff']), 0, 300];

    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\r\n", "")]
    [InlineData("ok", "ok")]
    [InlineData("a\nb   c", "a b c")]
    [InlineData("  a\u00a0b\u2028c ", "a b c")]
    [InlineData("a\0b", "ab")]
    [InlineData("😀", "😀")]
    public void A_description_is_one_line_of_whole_characters(string given, string expected) =>
        Assert.Equal(expected, StatusText.Fit(given));

    [Fact] // an attribute cannot hold half a pair
    public void Half_a_pair_is_shown_as_one_replacement_character()
    {
        Assert.Equal("a\ufffdb", StatusText.Fit("a\ud800b"));
        Assert.Equal("\ufffd", StatusText.Fit("\udc00"));
    }

    [Theory]
    [InlineData(139)]
    [InlineData(140)]
    public void What_fits_is_not_cut(int length) => Assert.Equal(new string('x', length), StatusText.Fit(new string('x', length)));

    [Theory]
    [InlineData(141)]
    [InlineData(1000)]
    public void What_is_longer_ends_in_an_ellipsis_at_the_limit(int length) =>
        Assert.Equal(new string('x', 139) + "…", StatusText.Fit(new string('x', length)));

    [Theory]
    [InlineData(137, 140)] // the pair fits before the ellipsis
    [InlineData(138, 139)] // it would be cut in half: it goes as a whole
    [InlineData(139, 140)]
    public void A_pair_at_the_limit_is_kept_or_dropped_as_a_whole(int before, int expectedLength)
    {
        var fitted = StatusText.Fit(new string('x', before) + "😀" + new string('y', 100));

        Assert.Equal(expectedLength, fitted.Length);
        Assert.Equal(before == 137, fitted.Contains("😀", StringComparison.Ordinal));
        Assert.EndsWith("…", fitted, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_becomes_one_that_GitHub_and_the_database_take() => Texts.Sample(text =>
    {
        var fitted = StatusText.Fit(text);
        return fitted.Length <= StatusText.MaxDescription
            && !fitted.Contains('\0', StringComparison.Ordinal)
            && !fitted.Any(c => char.IsWhiteSpace(c) && c != ' ')
            && fitted.Trim() == fitted
            && new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(fitted).Length >= fitted.Length
            && StatusText.Fit(fitted) == fitted;
    });
}
