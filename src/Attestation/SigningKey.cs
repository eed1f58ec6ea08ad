using System.Security.Cryptography;

namespace Pipeline.Attestation;

/// <summary>How the two numbers of an ECDSA signature are written. A property of the key, never guessed from the bytes.</summary>
public enum SignatureFormat
{
    /// <summary>r ‖ s, 64 bytes (IEEE P1363): what this product writes.</summary>
    P1363,

    /// <summary>ASN.1 DER (RFC 3279): what cosign writes.</summary>
    Der,
}

/// <summary>An ECDSA P-256 key pair that signs with SHA-256.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa key;
    private readonly SignatureFormat format;

    private SigningKey(ECDsa key, SignatureFormat format)
    {
        this.key = key;
        this.format = format;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = IdOf(PublicKey);
    }

    /// <summary>SHA-256 of the public key, 64 hex digits.</summary>
    public string Id { get; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public byte[] PublicKey { get; }

    /// <summary>SubjectPublicKeyInfo, PEM.</summary>
    public string PublicKeyPem => PemEncoding.WriteString("PUBLIC KEY", PublicKey);

    /// <summary>A new random key pair.</summary>
    public static SigningKey Create(SignatureFormat format = SignatureFormat.P1363) =>
        new(ECDsa.Create(ECCurve.NamedCurves.nistP256), format);

    /// <exception cref="CryptographicException">Not a PKCS#8 P-256 key.</exception>
    public static SigningKey FromPem(string pem, SignatureFormat format = SignatureFormat.P1363)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return new SigningKey(key, format);
        }
        catch (ArgumentException e)
        {
            key.Dispose();
            throw new CryptographicException("The text holds no PEM private key.", e);
        }
    }

    /// <summary>The id of a public key in DER: its SHA-256, 64 hex digits.</summary>
    public static string IdOf(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    /// <summary>The private key as PKCS#8 PEM, unencrypted: for a file that only its owner reads.</summary>
    public string ExportPrivatePem() => key.ExportPkcs8PrivateKeyPem();

    /// <summary>A signature in the key's format.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => key.SignData(data, HashAlgorithmName.SHA256, DotNetFormat(format));

    /// <summary>Whether <paramref name="signature"/> is one of <paramref name="data"/> by the P-256 key <paramref name="publicKey"/>
    /// (DER).</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, SignatureFormat format, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.KeySize == 256 && key.VerifyData(data, signature, HashAlgorithmName.SHA256, DotNetFormat(format));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private static DSASignatureFormat DotNetFormat(SignatureFormat format) => format switch
    {
        SignatureFormat.P1363 => DSASignatureFormat.IeeeP1363FixedFieldConcatenation,
        SignatureFormat.Der => DSASignatureFormat.Rfc3279DerSequence,
    };
}
