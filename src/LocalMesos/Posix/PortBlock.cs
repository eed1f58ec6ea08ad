using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.LocalMesos.Posix;

/// <summary>
/// A hundred ports that no other agent, cluster or localmesos on this machine uses. The claim is the socket of the first port, which
/// listens from the beginning and then serves the agent's API: it ends with the process, however that dies, and nobody can forge it. A
/// block is taken only when nothing listens on any of its ports: tasks of an agent that was killed run on.
/// </summary>
internal sealed class PortBlock : IDisposable
{
    private const int First = 20_000;
    private const int Last = 31_999;
    private const int Size = 100;

    private PortBlock(int start, Socket? claim) => (Start, Claim) = (start, claim);

    public int Start { get; }

    /// <summary>Listens on <see cref="ApiPort"/>; null for a block without a claim.</summary>
    public Socket? Claim { get; }

    public int ApiPort => Start;

    public int FirstTaskPort => Start + 1;

    public int LastTaskPort => Start + Size - 1;

    /// <summary>For an agent whose tasks need no ports: its API is served at the given port.</summary>
    public static PortBlock None(int apiPort) => new(apiPort, null);

    /// <exception cref="IOException">All blocks are taken.</exception>
    public static PortBlock Take()
    {
        for (var start = First; start + Size - 1 <= Last; start += Size)
        {
            if (Listen(start) is not { } claim)
                continue;
            if (Enumerable.Range(start + 1, Size - 1).All(IsFree))
                return new PortBlock(start, claim);
            claim.Dispose();
        }

        throw new IOException($"No block of {Size} ports is free in {First}-{Last}: other programs listen on ports of each.");
    }

    public void Dispose() => Claim?.Dispose();

    private static bool IsFree(int port)
    {
        using var socket = Listen(port);
        return socket is not null;
    }

    // Listening, not only bound: two sockets may be bound to one port as long as neither listens.
    [SuppressMessage("Reliability", "CA2000", Justification = "It is the result, or disposed of.")]
    private static Socket? Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
