namespace Pipeline.Attestation;

/// <summary>A statement whose envelope was verified: these are the very bytes that were signed.</summary>
/// <param name="KeyId">The trusted key that signed it.</param>
public sealed record VerifiedStatement(Statement Statement, string KeyId);

/// <summary>Either a verified statement, or a stable code of <see cref="VerificationCode"/> and why.</summary>
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
        return statement is null
            ? new EnvelopeVerdict(null, VerificationCode.SignatureInvalid, "The signed payload is not an in-toto statement v1.")
            : new EnvelopeVerdict(new VerifiedStatement(statement, result.KeyId!), null, "");
    }
}

/// <summary>Which bytes of an envelope are proved, and by which key.</summary>
/// <param name="Body">Null when no signature holds.</param>
/// <param name="KeyKnown">A key was found for some signature, so that a failure means a wrong signature rather than a wrong key.</param>
internal sealed record EnvelopeResult(byte[]? Body, string? KeyId, bool KeyKnown);

internal static class EnvelopeCheck
{
    public static EnvelopeResult Verify(DsseEnvelope envelope, IReadOnlyList<TrustedKey> keys)
    {
        if (Dsse.TryDecode(envelope.Payload) is not { } body)
            return new EnvelopeResult(null, envelope.Signatures[0].KeyId, KeyKnown: true);
        var signed = Dsse.Pae(envelope.PayloadType, body);
        var known = false;
        foreach (var signature in envelope.Signatures)
        {
            foreach (var key in keys.Where(k => signature.KeyId is null || k.Id == signature.KeyId))
            {
                known = true;
                if (Holds(key, signed, signature.Sig))
                    return new EnvelopeResult(body, key.Id, KeyKnown: true);
            }
        }

        return new EnvelopeResult(null, envelope.Signatures[0].KeyId, known);
    }

    private static bool Holds(TrustedKey key, byte[] signed, string sig) =>
        Dsse.TryDecode(sig) is { } signature
        && Dsse.TryDecode(key.PublicKey) is { } publicKey
        && SigningKey.IdOf(publicKey) == key.Id
        && SigningKey.Verify(publicKey, key.Format, signed, signature);
}
