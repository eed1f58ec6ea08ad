using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pipeline.Mesos.Wire;

/// <summary>
/// Messages from JSON, as strict and as lenient as a real master: unknown fields and enum names are ignored, null is as if absent,
/// numbers may stand in strings; a wrong kind of value is refused with the master's own words.
/// </summary>
public static class ProtoJsonReader
{
    /// <exception cref="FormatException">Not JSON, no object, or a value of a wrong kind; the message is what a master answers.</exception>
    /// <param name="requireAll">False lets a required field be missing: a value of it that is newer than we are reads as missing.</param>
    public static T Read<T>(ReadOnlyMemory<byte> utf8, bool requireAll = true) where T : IMessage, new()
    {
        var message = new T();
        using var document = Parse(utf8);
        var called = message.Descriptor.Name.EndsWith("Call", StringComparison.Ordinal) ? "Call" : message.Descriptor.Name;
        var convert = $"Failed to convert JSON into {called} protobuf: ";
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new FormatException(convert + "Expecting a JSON object");
        try
        {
            ReadInto(message, document.RootElement);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new FormatException(convert + e.Message, e);
        }

        if (!requireAll)
            return message;
        var missing = RequiredFields.Missing(message);
        return missing.Count == 0 ? message : throw new FormatException(convert + "Missing required fields: " + string.Join(", ", missing));
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8);
        }
        catch (JsonException e)
        {
            throw new FormatException("Failed to parse body into JSON: " + SyntaxError(utf8.Span), e);
        }
    }

    /// <summary>A real master names what is left after a whole value, and repeats a body that begins with no JSON at all.</summary>
    private static string SyntaxError(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, isFinalBlock: false, default);
        try
        {
            if (reader.Read() && reader.TrySkip())
            {
                var rest = Encoding.UTF8.GetString(utf8[(int)reader.BytesConsumed..]);
                return "Parsed JSON included non-whitespace trailing characters: " + rest;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not even the first value is whole.
        }

        return "syntax error at line 1 near: " + (utf8.StartsWith("\uFEFF"u8) ? Encoding.UTF8.GetString(utf8) : "");
    }

    private static void ReadInto(IMessage message, JsonElement json)
    {
        foreach (var property in json.EnumerateObject())
        {
            var field = message.Descriptor.FindFieldByName(property.Name);
            if (field is null || property.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (field.IsMap)
                ReadMap(field, (IDictionary)field.Accessor.GetValue(message), property.Value);
            else if (!field.IsRepeated)
            {
                if (ReadValue(field, property.Value) is { } value)
                    field.Accessor.SetValue(message, value);
            }
            else if (property.Value.ValueKind == JsonValueKind.Array)
                ReadList(field, (IList)field.Accessor.GetValue(message), property.Value);
            else
                throw Unexpected(field, property.Value);
        }
    }

    private static void ReadMap(FieldDescriptor field, IDictionary map, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Unexpected(field, json);
        var valueField = field.MessageType.FindFieldByName("value");
        foreach (var entry in json.EnumerateObject())
        {
            if (ReadValue(valueField, entry.Value) is { } value)
                map[entry.Name] = value;
        }
    }

    private static void ReadList(FieldDescriptor field, IList list, JsonElement json)
    {
        foreach (var item in json.EnumerateArray())
        {
            if (ReadValue(field, item) is { } value)
                list.Add(value);
        }
    }

    /// <summary>Null for an enum name that we do not know: it is as if it had not been sent.</summary>
    private static object? ReadValue(FieldDescriptor field, JsonElement json) => field.FieldType switch
    {
        FieldType.Message when json.ValueKind == JsonValueKind.Object => ReadMessage(field, json),
        FieldType.String when json.ValueKind == JsonValueKind.String => json.GetString(),
        FieldType.Bytes when json.ValueKind == JsonValueKind.String => ReadBytes(field, json.GetString()!),
        FieldType.Enum when json.ValueKind == JsonValueKind.String => field.EnumType.FindValueByName(json.GetString()!)?.Number,
        FieldType.Bool when json.ValueKind is JsonValueKind.True or JsonValueKind.False => json.GetBoolean(),
        FieldType.Double => double.Parse(NumberText(field, json), CultureInfo.InvariantCulture),
        FieldType.UInt32 => uint.Parse(NumberText(field, json), CultureInfo.InvariantCulture),
        FieldType.UInt64 => ulong.Parse(NumberText(field, json), CultureInfo.InvariantCulture),
        FieldType.Int32 => int.Parse(NumberText(field, json), CultureInfo.InvariantCulture),
        FieldType.Int64 => long.Parse(NumberText(field, json), CultureInfo.InvariantCulture),
        _ => throw Unexpected(field, json),
    };

    private static ByteString ReadBytes(FieldDescriptor field, string text)
    {
        var wrong = text.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/' or '=' or '-' or '_' or ' '));
        return wrong == default
            ? ByteString.FromBase64(text)
            : throw new FormatException($"Failed to base64 decode bytes field '{field.Name}': Invalid character '{wrong}'");
    }

    private static IMessage ReadMessage(FieldDescriptor field, JsonElement json)
    {
        var nested = (IMessage)Activator.CreateInstance(field.MessageType.ClrType)!;
        ReadInto(nested, json);
        return nested;
    }

    private static string NumberText(FieldDescriptor field, JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => WholeWithoutPoint(field, json.GetRawText()),
        JsonValueKind.String => json.GetString()!,
        _ => throw Unexpected(field, json),
    };

    // A whole number may be written 5.0, also where an integer is meant.
    private static string WholeWithoutPoint(FieldDescriptor field, string text) =>
        field.FieldType != FieldType.Double && text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;

    private static FormatException Unexpected(FieldDescriptor field, JsonElement json)
    {
        var kind = json.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Undefined or JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.String or JsonValueKind.Number
                or JsonValueKind.Null => json.ValueKind.ToString().ToLowerInvariant(),
        };
        return new FormatException($"Not expecting a JSON {kind} for field '{field.Name}'");
    }
}
