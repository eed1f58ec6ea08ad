using System.Text.Json;

namespace Pipeline.Kernel.Tests.Values;

/// <summary>What stands in columns and goes into digests: every character of it is pinned.</summary>
public sealed class StoredJsonTests
{
    private static readonly Guid Guid1 = Guid.Parse("01900000-0000-7000-8000-000000000001");

    public static TheoryData<object, string> Forms => new()
    {
        { new Shape("x", null, [], default), """{"firstName":"x","reason":null,"labels":[],"kind":"read-only"}""" },
        { new Shape("é<&>'\"", "", ["a", "b"], Kind.NFSMount),
            """{"firstName":"\u00E9\u003C\u0026\u003E\u0027\u0022","reason":"","labels":["a","b"],"kind":"nfs-mount"}""" },
        { new Dictionary<string, int> { ["Two Words"] = 2 }, """{"Two Words":2}""" },
        { FailureClass.Infra, "\"infra\"" },
        { new PromotionId(Guid1), "\"01900000-0000-7000-8000-000000000001\"" },
        { CommitSha.Parse(new string('A', 40)), $"\"{new string('a', 40)}\"" },
        { new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.FromHours(2)), "\"2026-05-01T12:00:00+02:00\"" },
        { TimeSpan.FromSeconds(90), "\"00:01:30\"" },
        { 1.10m, "1.10" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_value_is_written_in_its_one_form_and_read_back(object value, string json)
    {
        var text = JsonSerializer.Serialize(value, value.GetType(), StoredJson.Options);

        Assert.Equal(json, text);
        Assert.Equivalent(value, JsonSerializer.Deserialize(text, value.GetType(), StoredJson.Options), strict: true);
    }

    [Fact]
    public void What_an_older_server_wrote_in_other_letters_or_as_text_is_still_read()
    {
        var read = JsonSerializer.Deserialize<Shape>(
            """{"FIRSTNAME":"x","Kind":"nfs-mount","labels":null,"unknown":1}""", StoredJson.Options);

        Assert.Equal(new Shape("x", null, null, Kind.NFSMount), read);
        Assert.Equal(7, JsonSerializer.Deserialize<int>("\"7\"", StoredJson.Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Kind>("\"of-later\"", StoredJson.Options));
    }

    private enum Kind
    {
        ReadOnly,
        NFSMount,
    }

    private sealed record Shape(string FirstName, string? Reason, IReadOnlyList<string>? Labels, Kind Kind);
}
