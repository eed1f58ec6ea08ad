using System.Text.Json;

namespace Pipeline.Kernel.Tests;

public sealed class IdTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ids_made_later_sort_later()
    {
        var ids = Enumerable.Range(0, 200).Select(i => BuildId.New(Noon.AddMilliseconds(i)).ToString()).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void Every_id_is_its_bare_uuid_in_json()
    {
        var guid = Guid.Parse("01900000-0000-7000-8000-000000000001");
        RoundTrips(new RepositoryId(guid), guid);
        RoundTrips(new BuildId(guid), guid);
        RoundTrips(new ModuleBuildId(guid), guid);
        RoundTrips(new PromotionId(guid), guid);
    }

    [Fact]
    public void A_text_that_is_no_uuid_is_refused() =>
        Assert.ThrowsAny<Exception>(() => JsonSerializer.Deserialize<BuildId>("\"7\""));

    [Fact]
    public void A_digest_is_read_from_every_form_that_people_type_and_from_no_other()
    {
        var hex = new string('a', 64);
        Assert.Equal($"sha256:{hex}", Digest.Parse(hex).ToString());
        Assert.Equal($"sha256:{hex}", Digest.Parse($"sha256:{hex.ToUpperInvariant()}").ToString());
        Assert.Equal(hex, Digest.Parse(hex).Hex);
        foreach (var wrong in new[] { null, "", "sha256:", hex[1..], hex + "a", "sha512:" + hex, "SHA256:" + hex, hex[1..] + "g", " " + hex[1..] })
            Assert.False(Digest.TryParse(wrong, out _), wrong);
    }

    [Fact]
    public void The_digest_of_bytes_is_their_sha_256() =>
        Assert.Equal("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Digest.Of("abc"u8).ToString()); // FIPS 180-2, B.1

    [Fact]
    public void A_hash_of_the_wrong_length_is_a_bug_and_an_empty_digest_has_no_text()
    {
        Assert.Throws<InvariantViolatedException>(() => Digest.FromHash(new byte[31]));
        Assert.Throws<InvalidOperationException>(() => default(Digest).ToString());
        Assert.Throws<InvalidOperationException>(() => default(CommitSha).ToString());
    }

    [Fact]
    public void A_commit_is_forty_hex_digits_in_lower_case()
    {
        var sha = CommitSha.Parse("ABCDEF0123456789abcdef0123456789abcdef01");
        Assert.Equal("abcdef0123456789abcdef0123456789abcdef01", sha.ToString());
        Assert.Equal("abcdef0", sha.Short);
        foreach (var wrong in new[] { null, "", "abcdef0", sha + "0", "g" + sha.ToString()[1..], "-" + sha.ToString()[1..] })
            Assert.False(CommitSha.TryParse(wrong, out _), wrong);
        Assert.Contains("'HEAD'", Assert.Throws<FormatException>(() => CommitSha.Parse("HEAD")).Message, StringComparison.Ordinal);
        Assert.Contains("'latest'", Assert.Throws<FormatException>(() => Digest.Parse("latest")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_survive_json_and_wrong_ones_are_refused_there_too()
    {
        var sha = CommitSha.Parse(new string('b', 40));
        Assert.Equal(sha, JsonSerializer.Deserialize<CommitSha>(JsonSerializer.Serialize(sha)));
        Assert.Equal(Digest.Of([7]), JsonSerializer.Deserialize<Digest>(JsonSerializer.Serialize(Digest.Of([7]))));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<CommitSha>("\"main\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Digest>("\"latest\""));
    }

    [Fact]
    public void An_invariant_names_its_expression_and_place()
    {
        var two = 2;
        var message = Assert.Throws<InvariantViolatedException>(() => Invariant.Require(two == 3)).Message;
        Assert.StartsWith("two == 3 does not hold at IdTests.cs:", message, StringComparison.Ordinal);
        Invariant.Require(two == 2);
    }

    private static void RoundTrips<T>(T id, Guid guid)
        where T : struct
    {
        Assert.Equal($"\"{guid}\"", JsonSerializer.Serialize(id));
        Assert.Equal(id, JsonSerializer.Deserialize<T>($"\"{guid}\""));
        Assert.Equal(guid.ToString(), id.ToString());
    }
}
