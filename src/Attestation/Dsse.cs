using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Attestation;

/// <summary>A DSSE v1 envelope: a payload and who signed it. Nothing in it may be trusted before a verification.</summary>
/// <param name="Payload">Base64 of the signed body, standard or URL-safe.</param>
/// <param name="PayloadType">How to read the body; signed with it.</param>
/// <param name="Signatures">At least one; one that holds is enough.</param>
public sealed record DsseEnvelope(string Payload, string PayloadType, IReadOnlyList<DsseSignature> Signatures);

/// <summary>A signature of an envelope.</summary>
/// <param name="KeyId">An unauthenticated hint: it chooses the key to try, and decides nothing.</param>
/// <param name="Sig">Base64 of the signature, standard or URL-safe.</param>
public sealed record DsseSignature([property: JsonPropertyName("keyid")] string? KeyId, string Sig);

/// <summary>DSSE v1 (secure-systems-lab/dsse): what exactly is signed, and the JSON form of an envelope.</summary>
public static class Dsse
{
    /// <summary>Longer envelopes are refused unread: a statement has a few kilobytes (endless data attack).</summary>
    public const int MaxEnvelopeChars = 4 * 1024 * 1024;

    /// <summary>The signed bytes: <c>DSSEv1 LEN(type) type LEN(body) body</c>, lengths in bytes, decimal, one space between.</summary>
    public static byte[] Pae(string payloadType, ReadOnlySpan<byte> body)
    {
        var type = Encoding.UTF8.GetBytes(payloadType);
        var head = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"DSSEv1 {type.Length} {payloadType} {body.Length} "));
        var bytes = new byte[head.Length + body.Length];
        head.CopyTo(bytes, 0);
        body.CopyTo(bytes.AsSpan(head.Length));
        return bytes;
    }

    /// <summary>An envelope with one signature.</summary>
    public static DsseEnvelope Sign(string payloadType, ReadOnlySpan<byte> body, SigningKey key) => new(
        Convert.ToBase64String(body),
        payloadType,
        [new DsseSignature(key.Id, Convert.ToBase64String(key.Sign(Pae(payloadType, body))))]);

    /// <summary>The JSON form that <see cref="TryParse"/> reads.</summary>
    public static string ToJson(DsseEnvelope envelope) => JsonSerializer.Serialize(envelope, DsseJson.Default.DsseEnvelope);

    /// <returns>Null when the text is not an envelope: no JSON, a member missing or twice, too long.</returns>
    public static DsseEnvelope? TryParse(string json)
    {
        if (json.Length > MaxEnvelopeChars)
            return null;
        try
        {
            var envelope = JsonSerializer.Deserialize(json, DsseJson.Default.DsseEnvelope);
            return envelope is { Payload: not null, PayloadType: not null, Signatures.Count: > 0 and <= 32 }
                && envelope.Signatures.All(s => s is { Sig: not null })
                ? envelope
                : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null; // an argument error: half a surrogate pair, which no JSON can hold
        }
    }

    /// <summary>Standard or URL-safe base64, in its one canonical spelling: a bit that changes nothing is still a change.</summary>
    public static byte[]? TryDecode(string text)
    {
        var standard = text.Replace('-', '+').Replace('_', '/');
        var unpadded = standard.TrimEnd('=');
        var padding = standard.Length - unpadded.Length;
        if (unpadded.Length % 4 == 1 || (padding != 0 && padding != (4 - unpadded.Length % 4) % 4))
            return null;
        var buffer = new byte[unpadded.Length * 3 / 4 + 3];
        if (!Convert.TryFromBase64String(unpadded.PadRight((unpadded.Length + 3) / 4 * 4, '='), buffer, out var length))
            return null;
        var bytes = buffer[..length];
        return Convert.ToBase64String(bytes).TrimEnd('=') == unpadded ? bytes : null;
    }
}

/// <summary>The JSON of an envelope. Generated for the native program; a member twice is refused, since two readers could differ.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(DsseEnvelope))]
internal sealed partial class DsseJson : JsonSerializerContext;
