using System.Text;
using CsCheck;

namespace Pipeline.Attestation.Tests;

/// <summary>The bytes that are signed (DSSE v1, section "Signature Definition").</summary>
public sealed class PaeTests
{
    [Theory]
    [InlineData("http://example.com/HelloWorld", "hello world", "DSSEv1 29 http://example.com/HelloWorld 11 hello world")]
    [InlineData("", "", "DSSEv1 0  0 ")]
    [InlineData("a b", " ", "DSSEv1 3 a b 1  ")]
    [InlineData("é", "€", "DSSEv1 2 é 3 €")]
    [InlineData("t", "line\nline", "DSSEv1 1 t 9 line\nline")]
    public void The_encoding_is_that_of_the_specification(string type, string body, string encoded) =>
        Assert.Equal(encoded, Encoding.UTF8.GetString(Dsse.Pae(type, Encoding.UTF8.GetBytes(body))));

    [Fact]
    public void The_body_is_copied_byte_for_byte()
    {
        byte[] body = [0, 255, 10, 32];
        Assert.Equal(body, Dsse.Pae("t", body)[^4..]);
    }

    /// <summary>Otherwise a signature of one pair would hold for another.</summary>
    [Fact]
    public void Two_different_pairs_never_have_the_same_encoding() =>
        Gen.Select(Gen.String[Gen.Char["ab 1"], 0, 4], Gen.String[Gen.Char["ab 1"], 0, 4]).Array[2].Sample(pairs =>
        {
            var same = pairs[0] == pairs[1];
            return same == Encoded(pairs[0]).AsSpan().SequenceEqual(Encoded(pairs[1]));
        });

    private static byte[] Encoded((string Type, string Body) pair) => Dsse.Pae(pair.Type, Encoding.UTF8.GetBytes(pair.Body));
}
