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

    /// <param name="listsToKeep">True for the operator API, whose top-level lists are written though empty.</param>
    public static byte[] Write(IMessage message, bool listsToKeep = false)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output, Options))
            WriteMessage(json, message, listsToKeep ? 3 : 0);
        return output.WrittenSpan.ToArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, IMessage message, int levelsWithLists)
    {
        json.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsRepeated)
                WriteList(json, field, (IList)field.Accessor.GetValue(message), levelsWithLists);
            else if (field.Accessor.HasValue(message) || field.ToProto().HasDefaultValue)
            {
                json.WritePropertyName(field.Name);
                WriteValue(json, field, field.Accessor.GetValue(message), levelsWithLists - 1);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, FieldDescriptor field, IList list, int levelsWithLists)
    {
        if (list.Count == 0 && levelsWithLists <= 0)
            return;
        json.WriteStartArray(field.Name);
        foreach (var item in list)
            WriteValue(json, field, item, 0);
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, FieldDescriptor field, object value, int levelsWithLists)
    {
        switch (value)
        {
            case IMessage nested:
                WriteMessage(json, nested, levelsWithLists);
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
