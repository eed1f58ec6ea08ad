using System.Net;
using Pipeline.Kernel.Access;

namespace Pipeline.People.Http;

/// <summary>Somebody at this very machine: the connection, the name in the address bar and the absence of any proxy say so.</summary>
internal static class LocalReader
{
    // A proxy on this machine makes everybody look local: its headers betray it.
    private static readonly string[] OfProxies =
    [
        "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "CF-Ray",
        "Fastly-Client-IP", "X-ProxyUser-Ip", "X-Envoy-External-Address", "X-Host", "X-Scheme", "Client-IP",
    ];

    private static readonly string[] PrefixesOfProxies = ["X-Forwarded", "X-Original-"];

    public static bool Is(HttpContext? context) =>
        context?.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && LoopbackName.Is(context.Request.Host.Host)
        && !context.Request.Headers.Keys.Any(IsOfProxy)
        // Who shows a token is judged by it.
        && !context.Request.Headers.ContainsKey("Authorization");

    private static bool IsOfProxy(string header) =>
        OfProxies.Contains(header, StringComparer.OrdinalIgnoreCase)
        || PrefixesOfProxies.Any(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
