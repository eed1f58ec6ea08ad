using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Kernel;

/// <summary>A full git commit name: 40 lower-case hex digits.</summary>
[JsonConverter(typeof(CommitShaConverter))]
public readonly record struct CommitSha
{
    private readonly string? text;

    private CommitSha(string text) => this.text = text;

    /// <summary>Seven digits, as people read it.</summary>
    public string Short => ToString()[..7];

    /// <exception cref="FormatException">Names the text that is not a commit.</exception>
    public static CommitSha Parse(string text) =>
        TryParse(text, out var sha) ? sha : throw new FormatException($"'{text}' is not a commit: expected 40 hex digits.");

    /// <summary>False unless the text is 40 hex digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CommitSha sha)
    {
        sha = default;
        if (text is not { Length: 40 } || !text.All(char.IsAsciiHexDigit))
            return false;
        sha = new CommitSha(text.ToLowerInvariant());
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => text ?? throw new InvalidOperationException("The commit is empty (default).");
}

/// <summary>Writes a commit as its 40 digits.</summary>
public sealed class CommitShaConverter : JsonConverter<CommitSha>
{
    /// <inheritdoc/>
    public override CommitSha Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return CommitSha.TryParse(text, out var sha) ? sha : throw new JsonException($"'{text}' is not a commit.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, CommitSha value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
