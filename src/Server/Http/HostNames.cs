using Pipeline.Kernel.Access;

namespace Pipeline.Server.Http;

/// <summary>The host names that this server has. A name that it does not have may be anybody's pointed here (DNS rebinding).</summary>
internal sealed class HostNames
{
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="publicUrls">Where people, agents and tasks reach the server; null ones are not set.</param>
    public HostNames(HttpOptions options, params string?[] publicUrls)
    {
        names.UnionWith(options.AllowedHosts.Select(Bare));
        names.UnionWith(publicUrls.Select(HostOf).OfType<string>());
    }

    /// <param name="host">Without its port, an IPv6 address in brackets.</param>
    public bool Has(string host) => host.Length > 0 && (names.Contains(Bare(host)) || LoopbackName.Is(host));

    private static string? HostOf(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? Bare(parsed.Host) : null;

    private static string Bare(string host) => host.Trim('[', ']');
}
