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

/// <summary>A key that agents accept for some roles and some time.</summary>
/// <param name="Id">SHA-256 of the public key, hex.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo, DER in base64.</param>
/// <param name="Format">How the key's signatures are written.</param>
/// <param name="NotBefore">Its statements are accepted from then on.</param>
/// <param name="NotAfter">Its statements are accepted until then; a retired key stays listed while what it signed may run.</param>
/// <param name="Roles">What it may sign.</param>
public sealed record TrustedKey(
    string Id, string PublicKey, SignatureFormat Format, DateTimeOffset NotBefore, DateTimeOffset NotAfter, IReadOnlyList<KeyRole> Roles)
{
    /// <summary>
    /// From then on it signs nothing new; what it signed before stays valid. The time is the signer's word: it catches a server that
    /// still has the old key, not a thief, whose key is revoked. Null: it is in use.
    /// </summary>
    public DateTimeOffset? RetiredAt { get; init; }

    internal TrustedKey(string id, string publicKey, SignatureFormat format)
        : this(id, publicKey, format, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, [])
    {
    }
}

/// <summary>A key that is accepted for nothing any more, whenever it signed.</summary>
/// <param name="KeyId">As in <see cref="TrustedKey"/>.</param>
/// <param name="From">The revocation applies from then on.</param>
/// <param name="Reason">For people.</param>
public sealed record RevokedKey(string KeyId, DateTimeOffset From, string Reason);
