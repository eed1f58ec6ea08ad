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
        return statement is null
            ? new EnvelopeVerdict(null, VerificationCode.SignatureInvalid, "The signed payload is not an in-toto statement v1.")
            : new EnvelopeVerdict(new VerifiedStatement(statement, result.KeyId!), null, "");
    }
}
