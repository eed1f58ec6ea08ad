using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Kernel;

/// <summary>A SHA-256 digest in the form <c>sha256:&lt;64 lower-case hex digits&gt;</c>, the name of an artifact or a release.</summary>
[JsonConverter(typeof(DigestConverter))]
public readonly record struct Digest
{
    private const string Prefix = "sha256:";
    private readonly string? text;

    private Digest(string text) => this.text = text;

    /// <summary>The 64 hex digits without the prefix: used for file names.</summary>
    public string Hex => ToString()[Prefix.Length..];

    /// <summary>Accepts <c>sha256:&lt;hex&gt;</c> or the bare 64 hex digits.</summary>
    /// <exception cref="FormatException">Names the text that is not a digest.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException(
            $"'{text}' is not a digest: expected sha256: and 64 hex digits.");

    /// <summary>False unless the text is 64 hex digits, with or without <c>sha256:</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null)
            return false;
        var hex = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;
        if (hex.Length != 64 || !hex.All(char.IsAsciiHexDigit))
            return false;
        digest = new Digest(Prefix + hex.ToLowerInvariant());
        return true;
    }

    /// <summary>The SHA-256 of the bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes) => FromHash(SHA256.HashData(bytes));

    /// <summary>From the 32 bytes of a finished SHA-256.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash)
    {
        Invariant.Require(hash.Length == SHA256.HashSizeInBytes);
        return new Digest(Prefix + Convert.ToHexStringLower(hash));
    }

    /// <inheritdoc/>
    public override string ToString() => text ?? throw new InvalidOperationException("The digest is empty (default).");
}

/// <summary>Writes a digest as its text.</summary>
public sealed class DigestConverter : JsonConverter<Digest>
{
    /// <inheritdoc/>
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return Digest.TryParse(text, out var digest) ? digest : throw new JsonException($"'{text}' is not a digest.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
