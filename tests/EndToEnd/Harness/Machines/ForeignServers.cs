using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.EndToEnd.Harness.Machines;

/// <summary>Programs of somebody else on an agent: they listen on ports and answer 200 to whatever they are asked.</summary>
public sealed class ForeignServers : IDisposable
{
    private static readonly byte[] Answer = [.. "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nother\n"u8];
    private readonly List<TcpListener> listeners = [];
    private readonly ConcurrentQueue<string> requests = new();

    public IReadOnlyList<int> Ports { get; private set; } = [];

    /// <summary>The first line of each.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    public static ForeignServers Start(IReadOnlyList<int> ports)
    {
        var servers = new ForeignServers { Ports = ports };
        foreach (var port in ports)
        {
            var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            servers.listeners.Add(listener);
            _ = servers.ServeAsync(listener);
        }

        return servers;
    }

    public void Dispose() => listeners.ForEach(l => l.Dispose());

    private async Task ServeAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream());
                requests.Enqueue(await reader.ReadLineAsync() ?? "connected");
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                    // The rest of the head.
                }

                await client.GetStream().WriteAsync(Answer);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
