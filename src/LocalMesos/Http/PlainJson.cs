using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>An object of the endpoints of before v1: its keys in this order.</summary>
internal sealed class PlainObject : List<KeyValuePair<string, object?>>
{
    public PlainObject(params (string Key, object? Value)[] members)
    {
        foreach (var (key, value) in members)
            Add(new KeyValuePair<string, object?>(key, value));
    }

    public PlainObject With(params (string Key, object? Value)[] members)
    {
        AddRange(members.Select(m => new KeyValuePair<string, object?>(m.Key, m.Value)));
        return this;
    }
}

/// <summary>JSON as the old endpoints write it: doubles with a point.</summary>
internal static class PlainJson
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
            case PlainObject members:
                AppendObject(text, members);
                break;
            case IEnumerable list:
                AppendList(text, list);
                break;
            default:
                throw new JsonException($"A {value.GetType().Name} has no form here.");
        }
    }

    private static void AppendObject(StringBuilder text, PlainObject members)
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
