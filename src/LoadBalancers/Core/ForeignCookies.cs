using Pipeline.Kernel.Access;

namespace Pipeline.LoadBalancers.Core;

/// <summary>What of cookies passes between browsers and applications. A browser may send those of the server along, as cookies know no
/// ports; an application may try to set them.</summary>
internal static class ForeignCookies
{
    /// <summary>A <c>Cookie</c> header without the server's own cookies; null when nothing is left.</summary>
    public static string? ToApplication(string header)
    {
        var kept = header.Split(';').Where(pair => !CookieNames.IsOurs(NameOf(pair))).Select(pair => pair.Trim()).Where(p => p.Length > 0);
        var text = string.Join("; ", kept);
        return text.Length == 0 ? null : text;
    }

    /// <summary>A <c>Set-Cookie</c> of an application as it may reach a browser; null when it may not.</summary>
    /// <param name="header">As the application wrote it.</param>
    /// <param name="prefix">The path that the application is served under, without a slash at its end.</param>
    /// <remarks>No <c>Domain</c>: another host of ours would get it. A <c>Path</c> below the application's own: what it takes for its
    /// root is not the root of the host.</remarks>
    public static string? ToBrowser(string header, string prefix)
    {
        var parts = header.Split(';');
        var name = NameOf(parts[0]).Trim();
        // A cookie without a name is sent as its value alone, which then reads as name=value.
        if (name.Length == 0 || !parts[0].Contains('=', StringComparison.Ordinal) || CookieNames.IsOurs(name))
            return null;
        // Such a cookie has no Domain and the path / by definition, or no browser takes it.
        if (name.StartsWith(CookieNames.HostPrefix, StringComparison.OrdinalIgnoreCase))
            return header;
        return string.Join("; ", [parts[0].Trim(), .. parts.Skip(1).Select(part => Attribute(part.Trim(), prefix)).OfType<string>()]);
    }

    private static string? Attribute(string part, string prefix) => NameOf(part).Trim().ToLowerInvariant() switch
    {
        "domain" or "" => null,
        "path" => $"Path={Below(part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim(), prefix)}",
        _ => part,
    };

    private static string Below(string path, string prefix) =>
        path == prefix || path.StartsWith($"{prefix}/", StringComparison.Ordinal) ? path
            : path.StartsWith('/') ? prefix + path : $"{prefix}/";

    private static string NameOf(string pair) => pair.Split('=', 2)[0];
}
