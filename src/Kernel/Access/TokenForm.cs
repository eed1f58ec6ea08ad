using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Kernel.Access;

/// <summary>What an access token looks like: <c>plt_</c>, 43 characters of base64url, 6 hex digits of checksum. Tells ours from those of
/// others without knowing any.</summary>
public static partial class TokenForm
{
    /// <summary>What each token starts with.</summary>
    public const string Prefix = "plt_";

    /// <summary>Characters of randomness after the prefix.</summary>
    public const int RandomLength = 43;

    /// <summary>Hex digits at the end.</summary>
    public const int ChecksumLength = 6;

    private const string Basic = "Basic ";

    /// <summary>True when an <c>Authorization</c> header carries a token of ours, as a bearer, as a name or password of Basic, or in any
    /// other scheme.</summary>
    public static bool IsIn(string header)
    {
        var text = header.Trim();
        return Pattern().IsMatch(text)
            || (text.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) && Pattern().IsMatch(Decoded(text[Basic.Length..].Trim())));
    }

    private static string Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.Latin1.GetString(bytes, 0, length) : "";
    }

    [GeneratedRegex("plt_[A-Za-z0-9_-]{43}[0-9a-f]{6}", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
