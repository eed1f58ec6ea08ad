using System.Net;
using System.Net.Sockets;
using Pipeline.Kernel;

namespace Pipeline.Server.Start;

/// <summary>Whether the server can listen, before anything else of it runs: Kestrel would say so last, when this server may lead a
/// cluster already.</summary>
internal static class ListenCheck
{
    /// <summary>What chooses where pages and the API are.</summary>
    public const string OfServer = "--urls or PIPELINE_Urls";

    /// <summary>What chooses where applications are.</summary>
    public const string OfTraffic = "--traffic-urls or PIPELINE_LoadBalancers__Urls";

    /// <param name="urls">As <c>Urls</c> has them: <c>http://*:8080;http://127.0.0.1:9000</c>.</param>
    /// <exception cref="AddressTakenException">Names the first address that cannot be had, and why.</exception>
    /// <exception cref="UsageException">Names the first that is no address.</exception>
    /// <param name="setting">What chooses the addresses, for who has to choose another one.</param>
    public static void Run(string urls, string setting = OfServer)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var address = Parse(url);
            if (address.IsUnixPipe || address.IsNamedPipe || address.Port == 0)
                continue;
            try
            {
                Try(address);
            }
            catch (SocketException e)
            {
                throw new AddressTakenException(url, setting, e);
            }
        }
    }

    private static BindingAddress Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw new UsageException($"The server cannot listen on '{url}': write an address such as http://*:8080.");
        }
    }

    private static void Try(BindingAddress address)
    {
        if (IPAddress.TryParse(address.Host, out var given))
            Listen(given, address.Port);
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            Listen(IPAddress.Loopback, address.Port);
        else
            ListenEverywhere(address.Port);
    }

    // Kestrel does so for every other name; a machine may have no IPv6.
    private static void ListenEverywhere(int port)
    {
        try
        {
            Listen(IPAddress.IPv6Any, port);
        }
        catch (SocketException e) when (
            e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            Listen(IPAddress.Any, port);
        }
    }

    private static void Listen(IPAddress ip, int port)
    {
        using var listener = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (ip.Equals(IPAddress.IPv6Any))
            listener.DualMode = true;
        listener.Bind(new IPEndPoint(ip, port));
        listener.Listen();
    }
}

/// <summary>The server cannot listen where it should.</summary>
internal sealed class AddressTakenException(string url, string setting, SocketException cause)
    : Exception($"The server cannot listen on {url}: {cause.Message}.", cause)
{
    /// <summary>What chooses another address.</summary>
    public string Setting => setting;
}
