using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.LocalMesos.Posix;

/// <summary>
/// A hundred ports that no other agent, cluster or localmesos on this machine uses. The claim is a lock on a file, so it ends with
/// the process, however that dies. The first port is for the agent's own API.
/// </summary>
internal sealed class PortBlock : IDisposable
{
    private const string Directory = "/tmp/pipeline-ports";
    private const int First = 20_000;
    private const int Last = 31_999;
    private const int Size = 100;
    private readonly FileStream? claim;

    private PortBlock(int start, FileStream? claim) => (Start, this.claim) = (start, claim);

    public int Start { get; }

    public int ApiPort => Start;

    public int FirstTaskPort => Start + 1;

    public int LastTaskPort => Start + Size - 1;

    /// <summary>For an agent whose tasks need no ports: its API is served at the given port.</summary>
    public static PortBlock None(int apiPort) => new(apiPort, null);

    /// <exception cref="IOException">All blocks are taken.</exception>
    public static PortBlock Take()
    {
        MakeDirectory();
        for (var start = First; start + Size - 1 <= Last; start += Size)
        {
            if (TryClaim(start) is not { } claim)
                continue;
            if (IsFree(start))
                return new PortBlock(start, claim);
            claim.Dispose();
        }

        throw new IOException($"No block of {Size} ports is free in {First}-{Last}: another process holds the locks in {Directory}.");
    }

    public void Dispose() => claim?.Dispose();

    // Every user of the machine claims blocks here, so the folder is open to all, like /tmp.
    private static void MakeDirectory()
    {
        if (System.IO.Directory.Exists(Directory))
            return;
        System.IO.Directory.CreateDirectory(Directory);
        File.SetUnixFileMode(Directory, (UnixFileMode)0b1_111_111_111); // 1777
    }

    private static FileStream? TryClaim(int start)
    {
        var path = Path.Combine(Directory, start.ToString(CultureInfo.InvariantCulture) + ".lock");
        try
        {
            // Reading is enough to lock, and another user's file in a sticky folder may not be opened with O_CREAT (fs.protected_regular).
            return File.Exists(path)
                ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None)
                : new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
