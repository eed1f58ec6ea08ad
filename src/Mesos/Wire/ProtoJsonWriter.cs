using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pipeline.Mesos.Wire;

/// <summary>
/// Messages as the JSON of a real master: keys in the order of declaration, doubles always with a point, 64-bit integers as numbers,
/// bytes as base64, fields with a declared default even when unset, empty lists left out.
/// </summary>
public static class ProtoJsonWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true };

    // The operator API writes these lists though they are empty.
    private static readonly HashSet<string> WithEmptyLists = ["GetTasks", "GetExecutors", "GetFrameworks", "GetAgents"];

    /// <summary>The message as UTF-8 JSON.</summary>
    public static byte[] Write(IMessage message)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output, Options))
            WriteMessage(json, message);
        return output.WrittenSpan.ToArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, IMessage message)
    {
        json.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsMap)
                WriteMap(json, field, (IDictionary)field.Accessor.GetValue(message));
            else if (field.IsRepeated)
                WriteList(json, field, (IList)field.Accessor.GetValue(message));
            else if (field.Accessor.HasValue(message) || field.ToProto().HasDefaultValue)
            {
                json.WritePropertyName(field.Name);
                WriteValue(json, field, field.Accessor.GetValue(message));
            }
        }

        json.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter json, FieldDescriptor field, IDictionary map)
    {
        if (map.Count == 0)
            return;
        var valueField = field.MessageType.FindFieldByName("value");
        json.WriteStartObject(field.Name);
        foreach (DictionaryEntry entry in map)
        {
            json.WritePropertyName(entry.Key.ToString()!);
            WriteValue(json, valueField, entry.Value!);
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, FieldDescriptor field, IList list)
    {
        if (list.Count == 0 && !WithEmptyLists.Contains(field.ContainingType.Name))
            return;
        json.WriteStartArray(field.Name);
        foreach (var item in list)
            WriteValue(json, field, item);
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, FieldDescriptor field, object value)
    {
        switch (value)
        {
            case IMessage nested:
                WriteMessage(json, nested);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case ByteString bytes:
                json.WriteBase64StringValue(bytes.Span);
                break;
            case double number:
                json.WriteRawValue(Number(number), skipInputValidation: true);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            default:
                WriteInteger(json, field, value);
                break;
        }
    }

    private static void WriteInteger(Utf8JsonWriter json, FieldDescriptor field, object value)
    {
        if (field.FieldType == FieldType.Enum)
        {
            var number = (int)value;
            json.WriteStringValue(field.EnumType.FindValueByNumber(number)?.Name ?? number.ToString(CultureInfo.InvariantCulture));
        }
        else if (value is ulong unsigned)
            json.WriteNumberValue(unsigned);
        else
            json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
    }

    private static string Number(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny(".EN") < 0 ? text + ".0" : text;
    }
}
