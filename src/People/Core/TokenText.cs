using System.Security.Cryptography;
using System.Text;

namespace Pipeline.People.Core;

/// <summary>
/// The text of an access token: <c>plt_</c>, 43 characters of randomness (256 bits, base64url), 6 hex digits of checksum. The prefix and
/// checksum let secret scanners recognise a leaked one; only the SHA-256 of the whole is stored.
/// </summary>
internal static class TokenText
{
    private const string Prefix = "plt_";
    private const int RandomLength = 43;
    private const int ChecksumLength = 6;

    public static string Create()
    {
        var random = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return Prefix + random + Checksum(random);
    }

    /// <summary>
    /// False for a text that cannot be a token of ours: a typing error is told apart from an unknown token without a query.
    /// </summary>
    public static bool IsWellFormed(string text) =>
        text.Length == Prefix.Length + RandomLength + ChecksumLength
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.EndsWith(Checksum(text.Substring(Prefix.Length, RandomLength)), StringComparison.Ordinal);

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static string Checksum(string random) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Prefix + random)))[..ChecksumLength];
}
