using System.Text.Json;
using CsCheck;
using Pipeline.Kernel.Paging;

namespace Pipeline.Kernel.Tests;

/// <summary>Commits, digests and cursors: what people and forges hand in as text.</summary>
public sealed class NameTests
{
    private static readonly int[] Lengths = [0, 7, 39, 40, 41, 63, 64, 65];
    private static readonly Gen<string> Hex = Gen.Int[0, Lengths.Length - 1]
        .SelectMany(n => Gen.Char["0123456789abcdefABCDEF"].Array[Lengths[n]]).Select(c => new string(c));

    [Fact]
    public void A_commit_is_forty_hex_digits_and_nothing_else() => Hex.Sample(text =>
        CommitSha.TryParse(text, out var sha) == (text.Length == 40)
        && (text.Length != 40 || (string.Equals(sha.ToString(), text, StringComparison.OrdinalIgnoreCase) && !sha.ToString().Any(char.IsAsciiLetterUpper))));

    [Fact]
    public void A_digest_is_sixty_four_hex_digits_with_or_without_its_prefix() => Hex.Sample(text =>
        Digest.TryParse(text, out var bare) == (text.Length == 64) && Digest.TryParse($"sha256:{text}", out var named) == (
            text.Length == 64)
        && bare == named && !Digest.TryParse($"sha512:{text}", out _));

    [Fact]
    public void What_is_not_a_name_is_refused_with_its_text()
    {
        Assert.Contains("'main'", Assert.Throws<FormatException>(() => CommitSha.Parse("main")).Message, StringComparison.Ordinal);
        Assert.Contains("'latest'", Assert.Throws<FormatException>(() => Digest.Parse("latest")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "'main'", Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<CommitSha>("\"main\"")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_cursor_comes_back_as_it_was_written_and_is_safe_in_an_address() => Gen
        .Select(Gen.DateTimeOffset, Gen.String.Where(s => !s.Any(char.IsSurrogate)))
        .Sample((at, id) =>
        {
            var text = CursorText.Write(at, id);
            return CursorText.TryRead(text) is var (atAgain, idAgain) && atAgain == at && idAgain == id
                && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        });

    [Fact]
    public void A_text_that_is_no_cursor_of_ours_is_told_from_one() => Gen.String.Sample(text =>
        CursorText.TryRead(text) is null
            || CursorText.TryRead(text) is var (at, id) && CursorText.Write(at, id).TrimEnd('=') == text.TrimEnd('='));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("====")]
    [InlineData("MTIzfG5vdC1hLWd1aWQ")] // 123|not-a-guid
    [InlineData("LTF8MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA")] // -1|00000000000000000000000000000000
    [InlineData("OTk5OTk5OTk5OTk5OTk5OTk5OXwwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA")] // 9999999999999999999|0…
    public void A_cursor_over_ids_takes_nothing_else(string? text) => Assert.Null(Cursor.TryParse(text));
}
