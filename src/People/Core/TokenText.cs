using System.Security.Cryptography;
using System.Text;
using Pipeline.Kernel.Access;

namespace Pipeline.People.Core;

/// <summary>
/// The text of an access token: <c>plt_</c>, 43 characters of randomness (256 bits, base64url), 6 hex digits of checksum. The prefix and
/// checksum let secret scanners recognise a leaked one; only the SHA-256 of the whole is stored.
/// </summary>
internal static class TokenText
{
    public static string Create()
    {
        var random = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return TokenForm.Prefix + random + Checksum(random);
    }

    /// <summary>
    /// False for a text that cannot be a token of ours: a typing error is told apart from an unknown token without a query.
    /// </summary>
    public static bool IsWellFormed(string text) =>
        text.Length == TokenForm.Prefix.Length + TokenForm.RandomLength + TokenForm.ChecksumLength
        && text.StartsWith(TokenForm.Prefix, StringComparison.Ordinal)
        && text.EndsWith(Checksum(text.Substring(TokenForm.Prefix.Length, TokenForm.RandomLength)), StringComparison.Ordinal);

    /// <summary>Whether somebody meant it to be a token of ours, even if it is mistyped.</summary>
    public static bool LooksLikeOne(string text) => text.StartsWith(TokenForm.Prefix, StringComparison.Ordinal);

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static string Checksum(string random) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TokenForm.Prefix + random)))[..TokenForm.ChecksumLength];
}
