using System.Net;

namespace Pipeline.Server.Http;

/// <summary>Section <c>Http</c>: under which names the server answers, and whom it believes about where a request came from.</summary>
internal sealed class HttpOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Http";

    /// <summary>Host names beside those of <c>PublicUrl</c>, <c>Scheduler:PublicUrl</c> and this machine's loopback.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Addresses or networks (<c>10.0.0.7</c>, <c>10.1.0.0/16</c>) of reverse proxies whose <c>X-Forwarded-For</c>,
    /// <c>-Proto</c> and <c>-Host</c> are believed. None: nobody's.</summary>
    public IList<string> KnownProxies { get; } = [];

    /// <summary>Each as a network; null for what is none.</summary>
    public static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
}
