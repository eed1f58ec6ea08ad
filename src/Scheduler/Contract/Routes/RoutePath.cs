using System.Buffers;

namespace Pipeline.Scheduler.Contract.Routes;

/// <summary>
/// The path under <c>/apps/&lt;stage&gt;</c> that traffic for a service comes by: literal segments, so that what a definition says, what
/// the proxy matches and what a browser sends are one text.
/// </summary>
public static class RoutePath
{
    /// <summary>The most characters of a path.</summary>
    public const int Longest = 200;

    /// <summary>The rule in words, for whoever wrote another path.</summary>
    public const string Rule = "Write segments of letters, digits, '.', '_', '~' and '-', such as /shop or /shop/v2.";

    // Unreserved, RFC 3986 section 2.3: the only characters that no client and no proxy encodes, and that no router reads as a pattern.
    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>Whether two paths lead to one place: the router knows no case, and no slash at the end.</summary>
    public static IEqualityComparer<string> Same { get; } = EqualityComparer<string>.Create(
        (one, other) => StringComparer.OrdinalIgnoreCase.Equals(one?.Trim('/'), other?.Trim('/')),
        path => StringComparer.OrdinalIgnoreCase.GetHashCode(path.Trim('/')));

    /// <summary>The one form of all paths that lead to one place: lower case, a slash in front and none at the end.</summary>
    public static string Normalize(string path) => $"/{path.Trim('/').ToLowerInvariant()}";

    /// <summary>Whether one path takes traffic from the other: they are the same, or one lies below the other. <c>/</c> takes from none,
    /// and none from it: it gets what no other route names.</summary>
    public static bool Overlap(string one, string other)
    {
        var (a, b) = (Normalize(one), Normalize(other));
        return a == b || (a != "/" && b != "/" && (IsBelow(a, b) || IsBelow(b, a)));
    }

    /// <summary>Whether what is sent to a normalized path would be answered by another one, if nobody had the first.</summary>
    public static bool IsBelow(string path, string above) =>
        path != above && (above == "/" || path.StartsWith($"{above}/", StringComparison.Ordinal));

    /// <summary>Whether the path can be routed: it begins with a slash, and no segment is empty, a pattern, or leads up.</summary>
    public static bool IsLiteral(string path) =>
        path is ['/', ..] && path.Length <= Longest && (path == "/" || path[1..].TrimEnd('/') is { Length: > 0 } rest
            && path.Length - rest.Length <= 2 && rest.Split('/').All(IsSegment));

    private static bool IsSegment(string segment) =>
        segment is not ("" or "." or "..") && !segment.AsSpan().ContainsAnyExcept(Unreserved);
}
