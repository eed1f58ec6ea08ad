namespace Pipeline.Kernel.Access;

/// <summary>The cookies that the control plane sets, each by its name. Cookies know hosts and no ports: an application on another port of
/// the same host must neither get one nor set one.</summary>
public static class CookieNames
{
    /// <summary>The session of a browser that signed in.</summary>
    public const string Session = "pipeline";

    /// <summary>Against forged forms.</summary>
    public const string Antiforgery = "pipeline-antiforgery";

    /// <summary>The colours that a person chose; <c>app.js</c> sets it.</summary>
    public const string Theme = "pipeline-theme";

    /// <summary>Whether the page is dark now; <c>app.js</c> sets it.</summary>
    public const string Dark = "pipeline-dark";

    /// <summary>Browsers take a cookie of this prefix only over TLS, from the very host and for all its paths
    /// (RFC 6265bis, 4.1.3.2).</summary>
    public const string HostPrefix = "__Host-";

    private const string SecurePrefix = "__Secure-";

    private static readonly string[] Names = [Session, Antiforgery, Theme, Dark];

    /// <summary>True for each of ours, with the prefix that it has under TLS or without, in any case: frameworks read names without
    /// regard to it.</summary>
    public static bool IsOurs(string name)
    {
        var bare = name.Trim();
        foreach (var prefix in (string[])[HostPrefix, SecurePrefix])
        {
            if (bare.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                bare = bare[prefix.Length..];
        }

        return Names.Contains(bare, StringComparer.OrdinalIgnoreCase);
    }
}
