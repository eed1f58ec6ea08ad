using System.Globalization;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary>Reads answers leniently: unknown fields are ignored, missing ones are empty.</summary>
internal static class Json
{
    public static JsonElement? At(this JsonElement element, string path)
    {
        var at = element;
        foreach (var part in path.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part, out at))
                return null;
        }

        return at.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : at;
    }

    public static string Text(this JsonElement element, string path) => element.At(path) is { } found ? Plain(found) : "";

    public static IEnumerable<JsonElement> Items(this JsonElement element, string path = "items") =>
        (element.ValueKind == JsonValueKind.Array ? element : element.At(path)) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray()
            : [];

    public static string Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Plain)),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Number or JsonValueKind.Object => value.GetRawText(),
        JsonValueKind.Null or JsonValueKind.Undefined => "",
    };

    /// <summary>Short names for people: 7 digits of a commit, 12 of a digest.</summary>
    public static string Short(string text) => text switch
    {
        { Length: 40 } when text.All(char.IsAsciiHexDigit) => text[..7],
        { Length: 71 } when text.StartsWith("sha256:", StringComparison.Ordinal) => text[..19],
        _ => text,
    };

    public static string Ago(string time, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return time;
        var past = now - at;
        return past switch
        {
            { TotalSeconds: < 60 } => $"{Math.Max(0, (int)past.TotalSeconds)} s ago",
            { TotalMinutes: < 60 } => $"{(int)past.TotalMinutes} min ago",
            { TotalHours: < 48 } => $"{(int)past.TotalHours} h ago",
            _ => $"{(int)past.TotalDays} d ago",
        };
    }
}
