using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Attestation;

/// <summary>A statement whose envelope was verified: these are the very bytes that were signed.</summary>
/// <param name="Statement">Read from the signed bytes.</param>
/// <param name="KeyId">The trusted key that signed it.</param>
public sealed record VerifiedStatement(Statement Statement, string KeyId);

/// <summary>Either a verified statement, or a stable code of <see cref="VerificationCode"/> and why.</summary>
/// <param name="Verified">Null when the envelope does not hold.</param>
/// <param name="Code">Null when it holds.</param>
/// <param name="Detail">One sentence for people; empty when it holds.</param>
public sealed record EnvelopeVerdict(VerifiedStatement? Verified, string? Code, string Detail);

/// <summary>Envelope → statement, by the keys of a <see cref="TrustPolicy"/>.</summary>
public static class Verifier
{
    /// <summary>Verifies one envelope for a role at a time. Only what it gives back may be used, never the envelope's own JSON
    /// again.</summary>
    public static EnvelopeVerdict Verify(TrustPolicy trust, string envelopeJson, KeyRole role, DateTimeOffset now)
    {
        if (Dsse.TryParse(envelopeJson) is not { } envelope)
            return new EnvelopeVerdict(null, VerificationCode.SignatureInvalid, "The envelope is not DSSE.");
        var result = EnvelopeCheck.Verify(envelope, trust.KeysFor(role, now));
        if (result.Body is null)
        {
            return result.KeyKnown
                ? new EnvelopeVerdict(
                    null, VerificationCode.SignatureInvalid, $"The signature by key {result.KeyId} does not match the payload.")
                : new EnvelopeVerdict(
                    null, VerificationCode.UntrustedKey,
                    $"No key that may sign as {role.ToString().ToLowerInvariant()} now: {result.KeyId ?? "(no key id)"}.");
        }

        var statement = envelope.PayloadType == Statement.PayloadType ? Statement.TryRead(result.Body) : null;
        if (statement is null)
            return new EnvelopeVerdict(null, VerificationCode.SignatureInvalid, "The signed payload is not an in-toto statement v1.");
        return trust.Keys.First(k => k.Id == result.KeyId) is { RetiredAt: { } retired } key && !IsOlder(statement, key, retired)
            ? new EnvelopeVerdict(
                null, VerificationCode.UntrustedKey, $"Key {key.Id} was retired at {retired:u}, and this was signed with it later.")
            : new EnvelopeVerdict(new VerifiedStatement(statement, result.KeyId!), null, "");
    }

    // Statements said no time when keys had no beginning.
    private static bool IsOlder(Statement statement, TrustedKey key, DateTimeOffset retired) =>
        statement.SignedAt is { } at ? at <= retired : key.NotBefore <= DateTimeOffset.UnixEpoch;

    /// <summary>What a verified statement says; null when it says something else.</summary>
    internal static T? Read<T>(JsonElement predicate, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return predicate.Deserialize(type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
