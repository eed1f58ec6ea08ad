using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace Pipeline.Attestation.Tests;

public sealed class DsseTests
{
    private const string Type = "http://example.com/HelloWorld";
    private const string Signature = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==";

    [Fact]
    public void The_signed_bytes_are_those_of_the_specification() =>
        Assert.Equal("DSSEv1 29 http://example.com/HelloWorld 11 hello world", Encoding.UTF8.GetString(Dsse.Pae(Type, "hello world"u8)));

    [Fact]
    public void Lengths_count_bytes_and_not_characters() =>
        Assert.Equal("DSSEv1 2 é 3 €", Encoding.UTF8.GetString(Dsse.Pae("é", "€"u8)));

    [Fact]
    public void The_specification_s_own_signature_verifies()
    {
        var publicKey = SpecificationKey();
        Assert.True(SigningKey.Verify(publicKey, SignatureFormat.P1363, Dsse.Pae(Type, "hello world"u8), Convert.FromBase64String(Signature)));
        Assert.False(SigningKey.Verify(publicKey, SignatureFormat.Der, Dsse.Pae(Type, "hello world"u8), Convert.FromBase64String(Signature)));
        Assert.False(SigningKey.Verify(publicKey, SignatureFormat.P1363, Dsse.Pae(Type, "hello worle"u8), Convert.FromBase64String(Signature)));
    }

    [Theory]
    [InlineData(SignatureFormat.P1363)]
    [InlineData(SignatureFormat.Der)]
    public void A_key_verifies_only_in_its_own_format(SignatureFormat format)
    {
        using var key = SigningKey.Create(format);
        var signature = key.Sign("data"u8);
        Assert.True(SigningKey.Verify(key.PublicKey, format, "data"u8, signature));
        Assert.False(SigningKey.Verify(key.PublicKey, format == SignatureFormat.Der ? SignatureFormat.P1363 : SignatureFormat.Der, "data"u8, signature));
    }

    [Fact]
    public void A_private_key_survives_its_file()
    {
        using var key = SigningKey.Create();
        using var again = SigningKey.FromPem(key.ExportPrivatePem());
        Assert.Equal(key.Id, again.Id);
        Assert.Throws<CryptographicException>(() => SigningKey.FromPem("no key"));
    }

    [Fact]
    public void Base64_is_read_in_both_alphabets_and_only_in_its_canonical_spelling()
    {
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            var standard = Convert.ToBase64String(bytes);
            var url = standard.TrimEnd('=').Replace('+', '-').Replace('/', '_');
            return Dsse.TryDecode(standard)!.SequenceEqual(bytes) && Dsse.TryDecode(url)!.SequenceEqual(bytes);
        });
        Assert.Null(Dsse.TryDecode("QR=="));
        Assert.Null(Dsse.TryDecode("QQ="));
        Assert.Null(Dsse.TryDecode("Q Q="));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[]}")]
    [InlineData("{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[null]}")]
    [InlineData("{\"payload\":\"\",\"signatures\":[{\"sig\":\"\"}]}")]
    [InlineData("{\"payload\":\"a\",\"payload\":\"b\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}")]
    public void What_is_no_envelope_is_refused(string json) => Assert.Null(Dsse.TryParse(json));

    [Fact]
    public void Members_that_nobody_knows_are_ignored() =>
        Assert.NotNull(Dsse.TryParse("{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\",\"cert\":1}],\"more\":{}}"));

    private static byte[] SpecificationKey()
    {
        static byte[] Number(string text) => BigInteger.Parse(text, null).ToByteArray(isUnsigned: true, isBigEndian: true);
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint
            {
                X = Number("46950820868899156662930047687818585632848591499744589407958293238635476079160"),
                Y = Number("5640078356564379163099075877009565129882514886557779369047442380624545832820"),
            },
        });
        return key.ExportSubjectPublicKeyInfo();
    }
}
