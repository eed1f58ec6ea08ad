using System.Globalization;
using System.Text.Json;
using CsCheck;

namespace Pipeline.Kernel.Tests.Values;

/// <summary>Ids, commits and digests as JSON and as texts: each of one form, and of no other.</summary>
public sealed class IdFormTests
{
    private static readonly Dictionary<string, Func<DateTimeOffset, (Guid Value, string Text)>> Makers = new()
    {
        [nameof(RepositoryId)] = at => RepositoryId.New(at) is var id ? (id.Value, id.ToString()) : default,
        [nameof(BuildId)] = at => BuildId.New(at) is var id ? (id.Value, id.ToString()) : default,
        [nameof(ModuleBuildId)] = at => ModuleBuildId.New(at) is var id ? (id.Value, id.ToString()) : default,
        [nameof(PromotionId)] = at => PromotionId.New(at) is var id ? (id.Value, id.ToString()) : default,
    };

    // From 1970, where version 7 begins to count, to where its 48 bits of milliseconds are more than .NET can say.
    private static readonly Gen<DateTimeOffset> Times = Gen.Long[0, 253_402_300_799_000].Select(DateTimeOffset.FromUnixTimeMilliseconds);

    public static TheoryData<string> Kinds => [.. Makers.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_id_is_a_UUID_of_version_7_that_carries_its_time_and_sorts_by_it(string kind) =>
        Gen.Select(Times, Times).Sample((one, other) =>
        {
            var (first, second) = (Makers[kind](one), Makers[kind](other));
            return first.Text == first.Value.ToString("D", CultureInfo.InvariantCulture)
                && first.Value.Version == 7
                && long.Parse(first.Value.ToString("N")[..12], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    == one.ToUnixTimeMilliseconds()
                && (one == other || string.CompareOrdinal(first.Text, second.Text) < 0 == one < other)
                && first.Value != second.Value;
        });

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("\"not-one\"")]
    [InlineData("\"01900000000070008000000000000001\"")] // a UUID without dashes
    [InlineData("\"{01900000-0000-7000-8000-000000000001}\"")]
    public void Anything_else_in_JSON_is_refused_as_broken_JSON(string json)
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RepositoryId>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<BuildId>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ModuleBuildId>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<PromotionId>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<CommitSha>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Digest>(json));
    }

    [Fact]
    public void The_same_commit_or_digest_in_other_letters_is_the_same()
    {
        Gen.Char["0123456789abcdefABCDEF"].Array[40].Select(c => new string(c)).Sample(text =>
            CommitSha.Parse(text) == CommitSha.Parse(text.ToUpperInvariant())
            && CommitSha.Parse(text).GetHashCode() == CommitSha.Parse(text.ToLowerInvariant()).GetHashCode());
        Gen.Char["0123456789abcdefABCDEF"].Array[64].Select(c => new string(c)).Sample(text =>
            Digest.Parse(text) == Digest.Parse($"sha256:{text.ToUpperInvariant()}")
            && Digest.Parse(text).Hex.Equals(text, StringComparison.OrdinalIgnoreCase)
            && !Digest.Parse(text).Hex.Any(char.IsAsciiLetterUpper));
    }

    [Fact]
    public void A_digest_of_bytes_and_one_of_their_finished_hash_are_one() => Gen.Byte.Array[0, 200].Sample(bytes =>
        Digest.Of(bytes) == Digest.FromHash(System.Security.Cryptography.SHA256.HashData(bytes))
        && Digest.Parse(Digest.Of(bytes).Hex) == Digest.Of(bytes));

    [Theory]
    [InlineData(0)]
    [InlineData(33)]
    public void A_hash_of_another_length_is_a_bug(int bytes) =>
        Assert.Throws<InvariantViolatedException>(() => Digest.FromHash(new byte[bytes]));

    [Fact]
    public void A_commit_or_digest_that_was_never_set_is_not_written()
    {
        Assert.Throws<InvalidOperationException>(() => JsonSerializer.Serialize(default(CommitSha)));
        Assert.Throws<InvalidOperationException>(() => JsonSerializer.Serialize(default(Digest)));
        Assert.Throws<InvalidOperationException>(() => default(Digest).Hex);
        Assert.Throws<InvalidOperationException>(() => default(CommitSha).Short);
    }
}
