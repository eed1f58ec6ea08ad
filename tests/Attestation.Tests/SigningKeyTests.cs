using System.Security.Cryptography;

namespace Pipeline.Attestation.Tests;

public sealed class SigningKeyTests
{
    [Fact]
    public void The_id_is_the_digest_of_the_public_key()
    {
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", SigningKey.IdOf([]));
        using var key = SigningKey.Create();
        Assert.Equal(SigningKey.IdOf(key.PublicKey), key.Id);
    }

    [Fact]
    public void The_public_key_is_the_same_in_DER_and_PEM()
    {
        using var key = SigningKey.Create();
        using var read = ECDsa.Create();
        read.ImportFromPem(key.PublicKeyPem);
        Assert.Equal(key.PublicKey, read.ExportSubjectPublicKeyInfo());
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----", key.PublicKeyPem, StringComparison.Ordinal);
        Assert.Equal(256, read.KeySize);
    }

    [Theory]
    [InlineData(SignatureFormat.P1363)]
    [InlineData(SignatureFormat.Der)]
    public void A_private_key_from_its_file_signs_in_the_format_that_was_named(SignatureFormat format)
    {
        using var key = SigningKey.Create(format);
        using var again = SigningKey.FromPem(key.ExportPrivatePem(), format);
        var signature = again.Sign("data"u8);
        Assert.True(SigningKey.Verify(key.PublicKey, format, "data"u8, signature));
        Assert.Equal(format == SignatureFormat.P1363, signature.Length == 64);
    }

    [Fact]
    public void Another_text_data_key_or_signature_does_not_verify()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        var signature = key.Sign("data"u8);
        Assert.False(SigningKey.Verify(key.PublicKey, SignatureFormat.P1363, "date"u8, signature));
        Assert.False(SigningKey.Verify(other.PublicKey, SignatureFormat.P1363, "data"u8, signature));
        Assert.False(SigningKey.Verify(key.PublicKey, SignatureFormat.P1363, "data"u8, signature.AsSpan(1)));
        Assert.False(SigningKey.Verify(key.PublicKey, SignatureFormat.P1363, "data"u8, []));
    }

    [Fact]
    public void Only_keys_on_P256_count()
    {
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var signature = large.SignData("data"u8, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Assert.False(SigningKey.Verify(large.ExportSubjectPublicKeyInfo(), SignatureFormat.P1363, "data"u8, signature));
    }

    [Fact]
    public void A_public_key_that_is_none_verifies_nothing()
    {
        using var key = SigningKey.Create();
        var signature = key.Sign("data"u8);
        Assert.False(SigningKey.Verify([], SignatureFormat.P1363, "data"u8, signature));
        Assert.False(SigningKey.Verify([1, 2, 3], SignatureFormat.P1363, "data"u8, signature));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    public void What_is_no_private_key_is_a_cryptographic_error(string pem) =>
        Assert.ThrowsAny<CryptographicException>(() => SigningKey.FromPem(pem));

    [Fact]
    public void An_encrypted_key_is_a_cryptographic_error_that_says_so()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = key.ExportEncryptedPkcs8PrivateKeyPem(
            "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1));

        var refused = Assert.Throws<CryptographicException>(() => SigningKey.FromPem(pem));

        Assert.Equal("The text holds no PEM private key.", refused.Message);
        Assert.IsType<ArgumentException>(refused.InnerException);
    }
}
