using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Attestation;

/// <summary>What a key may sign.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KeyRole>))]
public enum KeyRole
{
    /// <summary>Provenance.</summary>
    [JsonStringEnumMemberName("builder")]
    Builder,

    /// <summary>Promotion statements.</summary>
    [JsonStringEnumMemberName("promoter")]
    Promoter,

    /// <summary>Approvals.</summary>
    [JsonStringEnumMemberName("approver")]
    Approver,
}

/// <summary>Whom an agent believes: <c>trust.json</c>, itself in a DSSE envelope signed by a root key that the agent holds.</summary>
/// <param name="Version">Never decreases: a reader keeps the highest seen and refuses a lower one (rollback attack).</param>
/// <param name="Expires">After it nothing is believed (freeze attack).</param>
public sealed record TrustPolicy(long Version, DateTimeOffset Expires, IReadOnlyList<TrustedKey> Keys, IReadOnlyList<RevokedKey> Revoked)
{
    public const string PayloadType = "application/vnd.pipeline.trust+json";

    public static string Sign(TrustPolicy policy, SigningKey root) => Dsse.ToJson(Dsse.Sign(
        PayloadType, JsonSerializer.SerializeToUtf8Bytes(policy, AttestationJson.Default.TrustPolicy), root));

    /// <summary>Reads a signed <c>trust.json</c>.</summary>
    /// <param name="rootPem">One or more PEM public keys; one of them must have signed.</param>
    /// <param name="lowestVersion">The highest version seen before.</param>
    /// <returns>The policy, or the sentence that says why it is not to be believed.</returns>
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
            : policy.Version < lowestVersion ? (null, $"The trust policy went back from version {lowestVersion} to {policy.Version}.")
            : (policy, null);
    }

    /// <summary>Keys that may sign as <paramref name="role"/> now.</summary>
    public IReadOnlyList<TrustedKey> KeysFor(KeyRole role, DateTimeOffset now) =>
        [.. Keys.Where(k => k.Roles.Contains(role) && k.NotBefore <= now && now < k.NotAfter && !IsRevoked(k.Id, now))];

    // The time of a signature is the signer's word: a revoked key is believed for nothing, whenever it signed.
    private bool IsRevoked(string keyId, DateTimeOffset now) => Revoked.Any(r => r.KeyId == keyId && r.From <= now);

    private static TrustPolicy? TryDeserialize(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, AttestationJson.Default.TrustPolicy) is { Keys: not null, Revoked: not null } policy
                ? policy
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Id">SHA-256 of the public key, hex.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo, DER in base64.</param>
/// <param name="NotAfter">Its statements are believed until then; a retired key stays listed while what it signed may run.</param>
public sealed record TrustedKey(
    string Id, string PublicKey, SignatureFormat Format, DateTimeOffset NotBefore, DateTimeOffset NotAfter, IReadOnlyList<KeyRole> Roles)
{
    internal TrustedKey(string id, string publicKey, SignatureFormat format)
        : this(id, publicKey, format, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, [])
    {
    }
}

public sealed record RevokedKey(string KeyId, DateTimeOffset From, string Reason);

/// <summary>The policy that the control plane itself believes now; the composition root supplies it.</summary>
public delegate TrustPolicy CurrentTrust();
