using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Views.Legacy;

/// <summary>JSON as the endpoints that predate the v1 API write it: doubles always have a decimal point.</summary>
internal static class LegacyJson
{
    public static string Write(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string s:
                text.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(s)).Append('"');
                break;
            case bool b:
                text.Append(b ? "true" : "false");
                break;
            case double d:
                var number = d.ToString("R", CultureInfo.InvariantCulture);
                text.Append(number.AsSpan().IndexOfAny(".EN") < 0 ? number + ".0" : number);
                break;
            case int or long or ulong or uint:
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case IMessage message:
                text.Append(Encoding.UTF8.GetString(ProtoJsonWriter.Write(message)));
                break;
            case LegacyObject members:
                AppendObject(text, members);
                break;
            case IEnumerable list:
                AppendList(text, list);
                break;
            default:
                throw new JsonException($"A {value.GetType().Name} cannot be written as JSON.");
        }
    }

    private static void AppendObject(StringBuilder text, LegacyObject members)
    {
        text.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            Append(text, members[i].Key);
            text.Append(':');
            Append(text, members[i].Value);
        }

        text.Append('}');
    }

    private static void AppendList(StringBuilder text, IEnumerable list)
    {
        text.Append('[');
        var first = true;
        foreach (var item in list)
        {
            if (!first)
                text.Append(',');
            first = false;
            Append(text, item);
        }

        text.Append(']');
    }
}
