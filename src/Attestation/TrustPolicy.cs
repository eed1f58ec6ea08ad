using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Attestation;

/// <summary>Which keys an agent trusts: <c>trust.json</c>, itself in a DSSE envelope signed by a root key that the agent holds.</summary>
/// <param name="Version">Never decreases: a reader keeps the highest seen and refuses a lower one (rollback attack).</param>
/// <param name="Expires">After it nothing is accepted (freeze attack).</param>
/// <param name="Keys">The keys that may sign statements.</param>
/// <param name="Revoked">Keys that are not accepted any more, although they may be listed.</param>
public sealed record TrustPolicy(long Version, DateTimeOffset Expires, IReadOnlyList<TrustedKey> Keys, IReadOnlyList<RevokedKey> Revoked)
{
    /// <summary>The payload type of the envelope.</summary>
    public const string PayloadType = "application/vnd.pipeline.trust+json";

    /// <returns>The envelope as JSON, ready for agents.</returns>
    public static string Sign(TrustPolicy policy, SigningKey root) => Dsse.ToJson(Dsse.Sign(
        PayloadType, JsonSerializer.SerializeToUtf8Bytes(policy, TrustJson.Default.TrustPolicy), root));

    /// <summary>Reads a signed <c>trust.json</c>.</summary>
    /// <param name="signedJson">The envelope as JSON.</param>
    /// <param name="rootPem">One or more PEM public keys; one of them must have signed.</param>
    /// <param name="now">The policy must not have expired by then.</param>
    /// <param name="lowestVersion">The highest version seen before.</param>
    /// <returns>The policy, or the sentence that says why it is refused.</returns>
    public static (TrustPolicy? Policy, string? Refusal) Read(string signedJson, string rootPem, DateTimeOffset now, long lowestVersion)
    {
        if (Dsse.TryParse(signedJson) is not { } envelope || envelope.PayloadType != PayloadType)
            return (null, "The trust file is not a DSSE envelope of a trust policy.");
        var roots = PemKeys.Read(rootPem).Select(k => new TrustedKey(SigningKey.IdOf(k), Convert.ToBase64String(k), SignatureFormat.P1363));
        if (EnvelopeCheck.Verify(envelope, [.. roots]) is not { Body: { } body })
            return (null, "The trust file is not signed by a root key of this agent.");
        return TryDeserialize(body) is not { } policy
            ? (null, "The trust file holds no trust policy.")
            : policy.Expires <= now ? (null, $"The trust policy expired at {policy.Expires:u}.")
            : policy.Version < lowestVersion ? (null, $"The trust policy's version went back from {lowestVersion} to {policy.Version}.")
            : (policy, null);
    }

    /// <summary>Keys that may sign as <paramref name="role"/> now.</summary>
    public IReadOnlyList<TrustedKey> KeysFor(KeyRole role, DateTimeOffset now) =>
        [.. Keys.Where(k => k.Roles.Contains(role) && k.NotBefore <= now && now < k.NotAfter && !IsRevoked(k.Id, now))];

    // The time of a signature is the signer's word: a revoked key is accepted for nothing, whenever it signed.
    private bool IsRevoked(string keyId, DateTimeOffset now) => Revoked.Any(r => r.KeyId == keyId && r.From <= now);

    private static TrustPolicy? TryDeserialize(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, TrustJson.Default.TrustPolicy) is { Keys: not null, Revoked: not null } policy
                ? policy
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The policy that the control plane itself applies now; the composition root supplies it.</summary>
public delegate TrustPolicy CurrentTrust();

/// <summary>The JSON of a trust policy. Generated for the native program; a member twice is refused: two readers could differ.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TrustPolicy))]
internal sealed partial class TrustJson : JsonSerializerContext;
