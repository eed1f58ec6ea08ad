using System.Net;

namespace Pipeline.Kernel.Access;

/// <summary>Names by which a browser reaches its own machine. Any other name that leads here was made to: nobody else can say so of
/// these.</summary>
public static class LoopbackName
{
    /// <summary><c>localhost</c>, an address of 127.0.0.0/8, or <c>[::1]</c>.</summary>
    /// <param name="host">Without its port.</param>
    public static bool Is(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
