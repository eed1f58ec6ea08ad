using System.Text.Json;

namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>Properties of answers as text.</summary>
public static class JsonText
{
    /// <summary>The text; empty for null.</summary>
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).ToString();
}
