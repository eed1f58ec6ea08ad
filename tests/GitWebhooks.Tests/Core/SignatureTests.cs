using System.Text;
using CsCheck;
using Pipeline.GitWebhooks.Core;

namespace Pipeline.GitWebhooks.Tests.Core;

public sealed class SignatureTests
{
    private const string Secret = "It's a Secret to Everybody";
    private const string OfHello = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    private static readonly byte[] Hello = "Hello, World!"u8.ToArray();

    [Fact]
    public void GitHubs_own_test_vector_holds() => Assert.Equal($"sha256={OfHello}", Signature.Of(Hello, Secret));

    [Theory]
    [InlineData($"sha256={OfHello}", true)]
    [InlineData($"sha256=757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17", true)] // hex digits in either case
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("sha256=", false)]
    [InlineData(OfHello, false)]
    [InlineData($"SHA256={OfHello}", false)]
    [InlineData($"sha1={OfHello}", false)]
    [InlineData($"sha257={OfHello}", false)]
    [InlineData($" sha256={OfHello}", false)]
    [InlineData($"sha256={OfHello} ", false)]
    [InlineData($"sha256={OfHello}0", false)]
    [InlineData($"sha256={OfHello}00", false)]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1", false)]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e", false)]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1g", false)]
    [InlineData("sha256=0000000000000000000000000000000000000000000000000000000000000000", false)]
    public void Only_the_prefix_and_the_sixty_four_digits_of_the_body_are_a_signature(string? header, bool valid) =>
        Assert.Equal(valid, Signature.IsValid(header, Hello, [Secret]));

    [Fact]
    public void Any_of_the_secrets_may_have_signed_wherever_it_stands()
    {
        var header = Signature.Of(Hello, Secret);

        Assert.True(Signature.IsValid(header, Hello, [Secret, "next"]));
        Assert.True(Signature.IsValid(header, Hello, ["next", Secret]));
        Assert.True(Signature.IsValid(header, Hello, [null, "", Secret]));
        Assert.False(Signature.IsValid(header, Hello, ["next", "last"]));
        Assert.False(Signature.IsValid(header, Hello, []));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void An_empty_secret_signs_nothing(string? secret) =>
        Assert.False(Signature.IsValid(Signature.Of(Hello, ""), Hello, [secret]));

    [Fact]
    public void A_signature_holds_for_its_body_and_secret_and_for_no_other() => Gen
        .Select(Gen.Byte.Array[1, 200], Gen.String[Gen.Char.AlphaNumeric, 1, 40], Gen.Int[0, 199])
        .Sample((body, secret, at) =>
        {
            var header = Signature.Of(body, secret);
            var changed = body.ToArray();
            changed[at % body.Length] ^= 1;
            return Signature.IsValid(header, body, [secret])
                && !Signature.IsValid(header, changed, [secret])
                && !Signature.IsValid(header, body[..^1], [secret])
                && !Signature.IsValid(header, body, [secret + "x"]);
        });

    [Fact]
    public void A_secret_is_taken_as_UTF_8() => Assert.Equal(
        Signature.Of(Hello, "κλειδί"),
        "sha256=" + Convert.ToHexStringLower(
            System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes("κλειδί"), Hello)));
}
