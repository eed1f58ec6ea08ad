using System.Text;
using System.Text.Json;

namespace Pipeline.GitWebhooks.Core;

/// <summary>GitHub sends a hook as JSON, or as a form with the JSON in its field <c>payload</c>; the signature covers the body as
/// sent.</summary>
internal static class HookBody
{
    private static readonly byte[] Field = "payload="u8.ToArray();

    /// <summary>The JSON inside; the body itself when it is no form.</summary>
    public static ReadOnlyMemory<byte> JsonOf(string? contentType, ReadOnlyMemory<byte> body)
    {
        if (contentType is null || !contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return body;
        var rest = body;
        while (rest.Length > 0)
        {
            var end = rest.Span.IndexOf((byte)'&');
            var pair = end < 0 ? rest : rest[..end];
            if (pair.Span.StartsWith(Field))
            {
                var encoded = Encoding.UTF8.GetString(pair.Span[Field.Length..]).Replace('+', ' ');
                return Encoding.UTF8.GetBytes(Uri.UnescapeDataString(encoded));
            }

            rest = end < 0 ? default : rest[(end + 1)..];
        }

        return default;
    }

    /// <summary>One JSON object and nothing else, by a single pass without building it.</summary>
    public static bool IsJsonObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
