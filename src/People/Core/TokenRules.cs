using System.Text.RegularExpressions;
using Pipeline.Kernel;
using Pipeline.People.Contract.Views;

namespace Pipeline.People.Core;

/// <summary>What a new token may say.</summary>
internal static partial class TokenRules
{
    /// <summary>Ten years.</summary>
    private const int MostDays = 3650;

    /// <summary>What a token may do when nothing else is asked for.</summary>
    public static IReadOnlyList<string> DefaultPermissions { get; } =
        [Permission.View, Permission.Build, Permission.Promote, Permission.Approve];

    /// <summary>Null when the token can be created.</summary>
    public static CreateTokenOutcome.Invalid? Refuse(NewToken wanted)
    {
        if (wanted.Login is null || !LoginPattern().IsMatch(wanted.Login))
            return new("login", "A token needs a login of letters, digits, '.', '_' and '-' (at most 64 characters, the first a letter or digit).");
        if (wanted.Kind is not (null or "person" or "token"))
            return new("kind", $"'{wanted.Kind}' is not a kind of token. Use person or token.");
        if (wanted.Permissions?.FirstOrDefault(p => p is not null && !Permission.All.Contains(p)) is { } unknown)
            return new("permissions", $"Unknown permission '{unknown}'. The permissions are {string.Join(", ", Permission.All)}.");
        var empty = Unnamed("permissions", wanted.Permissions) ?? Unnamed("groups", wanted.Groups) ?? Unnamed("emails", wanted.Emails);
        if (empty is not null)
            return empty;
        return wanted.ExpiresInDays is <= 0 or > MostDays
            ? new("expiresInDays", $"A token expires after 1 to {MostDays} days.")
            : null;
    }

    private static CreateTokenOutcome.Invalid? Unnamed(string field, IReadOnlyList<string?>? texts) =>
        texts?.Any(t => string.IsNullOrWhiteSpace(t) || t.Any(char.IsControl)) == true
            ? new(field, $"One of the {field} is empty, or has a control character in it. Leave it out.")
            : null;

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex LoginPattern();
}
