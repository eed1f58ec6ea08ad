using System.Text;

namespace Pipeline.GitWebhooks.Core;

/// <summary>Names that come from outside: what git and GitHub take as one, and what can be stored and put into a refspec.</summary>
internal static class ForgeNames
{
    private const int MaxRefBytes = 1024;

    /// <summary>A full ref (<c>refs/…</c>) as <c>git check-ref-format</c> takes it, of at most 1024 bytes.</summary>
    public static bool IsRef(string name) =>
        name.StartsWith("refs/", StringComparison.Ordinal)
        && Encoding.UTF8.GetByteCount(name) <= MaxRefBytes
        && name.All(c => c > ' ' && c != '\x7f' && !"~^:?*[\\".Contains(c, StringComparison.Ordinal))
        && !name.Contains("..", StringComparison.Ordinal) && !name.Contains("@{", StringComparison.Ordinal) && !name.EndsWith('.')
        && name.Split('/') is { Length: > 1 } parts && parts.All(IsRefPart);

    /// <summary>A branch, without <c>refs/heads/</c>.</summary>
    public static bool IsBranch(string name) => IsRef($"refs/heads/{name}");

    /// <summary>An owner, or a repository below one: 1 to 100 characters without slash, space or control character.</summary>
    public static bool IsOwnerOrRepository(string? name) =>
        name is { Length: > 0 and <= 100 } && !name.Any(c => c is '/' or '\\' || char.IsWhiteSpace(c) || char.IsControl(c));

    private static bool IsRefPart(string part) => part.Length > 0 && part[0] != '.' && !part.EndsWith(".lock", StringComparison.Ordinal);
}
