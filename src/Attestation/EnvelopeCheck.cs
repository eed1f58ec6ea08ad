namespace Pipeline.Attestation;

/// <summary>Which bytes of an envelope are proved, and by which key.</summary>
/// <param name="Body">Null when no signature holds.</param>
/// <param name="KeyId">The key that signed; without one, the key id of the first signature.</param>
/// <param name="KeyKnown">A key was found for some signature, so that a failure means a wrong signature rather than a wrong key.</param>
internal sealed record EnvelopeResult(byte[]? Body, string? KeyId, bool KeyKnown);

/// <summary>The signatures of an envelope against a set of keys.</summary>
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
