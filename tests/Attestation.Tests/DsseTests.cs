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
    public void The_specification_s_own_signature_verifies()
    {
        var publicKey = SpecificationKey();
        Assert.True(
            SigningKey.Verify(publicKey, SignatureFormat.P1363, Dsse.Pae(Type, "hello world"u8), Convert.FromBase64String(Signature)));
        Assert.False(
            SigningKey.Verify(publicKey, SignatureFormat.Der, Dsse.Pae(Type, "hello world"u8), Convert.FromBase64String(Signature)));
        Assert.False(
            SigningKey.Verify(publicKey, SignatureFormat.P1363, Dsse.Pae(Type, "hello worle"u8), Convert.FromBase64String(Signature)));
    }

    [Theory]
    [InlineData(SignatureFormat.P1363)]
    [InlineData(SignatureFormat.Der)]
    public void A_key_verifies_only_in_its_own_format(SignatureFormat format)
    {
        using var key = SigningKey.Create(format);
        var signature = key.Sign("data"u8);
        Assert.True(SigningKey.Verify(key.PublicKey, format, "data"u8, signature));
        Assert.False(
            SigningKey.Verify(
                key.PublicKey, format == SignatureFormat.Der ? SignatureFormat.P1363 : SignatureFormat.Der, "data"u8, signature));
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
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("QQ==", "A")]
    [InlineData("QQ", "A")]
    [InlineData("QUI=", "AB")]
    [InlineData("QUI", "AB")]
    [InlineData("QUJD", "ABC")]
    public void Padding_may_be_left_out_but_not_be_wrong(string text, string decoded) =>
        Assert.Equal(decoded, Encoding.UTF8.GetString(Dsse.TryDecode(text)!));

    [Theory]
    [InlineData("QR==")]
    [InlineData("QUJ=")]
    [InlineData("QQ=")]
    [InlineData("QUJD=")]
    [InlineData("QUJD====")]
    [InlineData("=")]
    [InlineData("Q")]
    [InlineData("QUJDQ")]
    [InlineData("Q Q=")]
    [InlineData("QU\nJD")]
    [InlineData("QQ==QQ==")]
    [InlineData("Ä")]
    public void What_is_not_the_canonical_spelling_is_refused(string text) => Assert.Null(Dsse.TryDecode(text));

    [Fact]
    public void The_two_alphabets_have_the_same_meaning()
    {
        byte[] bytes = [0xfb, 0xff];
        Assert.Equal(bytes, Dsse.TryDecode("+/8="));
        Assert.Equal(bytes, Dsse.TryDecode("-_8"));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void An_envelope_has_one_to_thirty_two_signatures(int count, bool ok)
    {
        var signatures = string.Join(',', Enumerable.Repeat("{\"sig\":\"\"}", count));
        var json = "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[" + signatures + "]}";
        Assert.Equal(ok, Dsse.TryParse(json) is not null);
    }

    [Fact]
    public void An_endless_envelope_is_refused_unread()
    {
        const string json = "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}";
        Assert.NotNull(Dsse.TryParse(json.PadRight(Dsse.MaxEnvelopeChars)));
        Assert.Null(Dsse.TryParse(json.PadRight(Dsse.MaxEnvelopeChars + 1)));
        Assert.Equal(4 * 1024 * 1024, Dsse.MaxEnvelopeChars);
    }

    [Fact]
    public void An_envelope_comes_back_from_its_JSON_with_the_names_of_the_specification()
    {
        using var key = SigningKey.Create();
        var envelope = Dsse.Sign(Type, "hello world"u8, key);
        var json = Dsse.ToJson(envelope);
        Assert.StartsWith(
            "{\"payload\":\"aGVsbG8gd29ybGQ=\",\"payloadType\":\"http://example.com/HelloWorld\",\"signatures\":[{\"keyid\":\"", json);
        var again = Dsse.TryParse(json)!;
        Assert.Equal((envelope.Payload, envelope.PayloadType, key.Id), (again.Payload, again.PayloadType, again.Signatures.Single().KeyId));
        Assert.True(SigningKey.Verify(
            key.PublicKey, SignatureFormat.P1363, Dsse.Pae(Type, "hello world"u8), Convert.FromBase64String(again.Signatures[0].Sig)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[]}")]
    [InlineData("{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[null]}")]
    [InlineData("{\"payload\":\"\",\"signatures\":[{\"sig\":\"\"}]}")]
    [InlineData("{\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}")]
    [InlineData("{\"payload\":\"\",\"payloadType\":\"t\"}")]
    [InlineData("{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"keyid\":\"k\"}]}")]
    [InlineData("{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"},{\"sig\":null}]}")]
    [InlineData("{\"payload\":\"\",\"payloadType\":\"\\ud800\",\"signatures\":[{\"sig\":\"\"}]}")]
    [InlineData("{\"payload\":7,\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}")]
    [InlineData("{\"payload\":\"a\",\"payload\":\"b\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}")]
    public void What_is_no_envelope_is_refused(string json) => Assert.Null(Dsse.TryParse(json));

    [Theory]
    [InlineData('\ud800')]
    [InlineData('\udc00')]
    [InlineData('\0')]
    public void A_character_that_JSON_cannot_hold_is_refused_and_throws_nothing(char hostile) => Assert.Null(
        Dsse.TryParse("{\"payload\":\"\",\"payloadType\":\"t" + hostile + "\",\"signatures\":[{\"sig\":\"\"}]}"));

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
