using System.Text.Json;

namespace Pipeline.Cli.Output;

/// <summary>Reads answers leniently: unknown fields are ignored, missing ones are empty.</summary>
internal static class JsonElementExtensions
{
    /// <summary>The value at a dotted path; null when it is missing or null.</summary>
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

    /// <summary>The value at a dotted path as text; empty when it is missing.</summary>
    public static string Text(this JsonElement element, string path) => element.At(path) is { } found ? found.ToText() : "";

    /// <summary>The items of a list, or of the page that holds it.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string path = "items") =>
        (element.ValueKind == JsonValueKind.Array ? element : element.At(path)) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray()
            : [];

    public static string ToText(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(ToText)),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Number or JsonValueKind.Object => value.GetRawText(),
        JsonValueKind.Null or JsonValueKind.Undefined => "",
    };
}
