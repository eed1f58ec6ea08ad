using System.Security.Cryptography;
using System.Text;

namespace Pipeline.GitWebhooks.Core;

/// <summary>GitHub's <c>X-Hub-Signature-256</c>: <c>sha256=</c> and the hex HMAC-SHA256 of the raw body.</summary>
internal static class Signature
{
    private const string Prefix = "sha256=";

    /// <summary>True when one of the secrets made the signature. Every secret is tried, and compared in fixed time.</summary>
    public static bool IsValid(string? header, byte[] body, IEnumerable<string?> secrets) => IsValid(header, [body], secrets);

    /// <param name="body">In pieces: what nobody signed is never put together.</param>
    public static bool IsValid(string? header, IEnumerable<ReadOnlyMemory<byte>> body, IEnumerable<string?> secrets)
    {
        if (header is null || !header.StartsWith(Prefix, StringComparison.Ordinal) || header.Length != Prefix.Length + 64)
            return false;
        Span<byte> sent = stackalloc byte[32];
        if (Convert.FromHexString(header.AsSpan(Prefix.Length), sent, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        var valid = false;
        Span<byte> expected = stackalloc byte[32];
        foreach (var secret in secrets)
        {
            // An empty setting is no secret: everybody knows it.
            if (string.IsNullOrEmpty(secret))
                continue;
            using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
            foreach (var piece in body)
                hash.AppendData(piece.Span);
            hash.GetHashAndReset(expected);
            valid |= CryptographicOperations.FixedTimeEquals(expected, sent);
        }

        return valid;
    }

    public static string Of(ReadOnlySpan<byte> body, string secret) =>
        Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
}
