using System.Globalization;
using System.Net.NetworkInformation;

namespace Pipeline.EndToEnd.Harness;

/// <summary>
/// Ports for servers of tests. They lie below the ephemeral range, so that no outgoing connection takes one between its choice and its
/// use, and each is claimed by a lock file for as long as this process lives, so that test processes side by side choose different ones.
/// </summary>
public static class FreePort
{
    private const int First = 12000;
    private const int Count = 6000;
    private static readonly string Claims = Path.Combine(Path.GetTempPath(), $"pipeline-test-ports-{Environment.UserName}");
    private static readonly List<FileStream> Held = [];

    /// <summary>A port that nobody listens on and no other test process was given.</summary>
    public static int Next()
    {
        Directory.CreateDirectory(Claims);
        var start = Environment.ProcessId * 37 % Count;
        lock (Held)
        {
            var listening = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(e => e.Port).ToHashSet();
            for (var i = 0; i < Count; i++)
            {
                var port = First + ((start + i) % Count);
                if (!listening.Contains(port) && TryClaim(port))
                    return port;
            }
        }

        throw new InvalidOperationException($"Every port from {First} to {First + Count - 1} is taken.");
    }

    private static bool TryClaim(int port)
    {
        try
        {
            // FileShare.None is an flock(2): the kernel lets go of it when the process ends, however it ends.
            Held.Add(new FileStream(
                Path.Combine(Claims, port.ToString(CultureInfo.InvariantCulture)), FileMode.OpenOrCreate, FileAccess.ReadWrite,
                FileShare.None));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
