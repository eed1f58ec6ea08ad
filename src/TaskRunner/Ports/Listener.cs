using System.Globalization;

namespace Pipeline.TaskRunner.Ports;

/// <summary>A TCP socket that listens in this network, whoever has it.</summary>
/// <param name="Socket">The number of its inode.</param>
internal sealed record Listener(int Port, long Socket)
{
    private const string Listening = "0A";

    /// <summary>Whether the kernel says who listens.</summary>
    public static bool CanBeSeen => File.Exists("/proc/self/net/tcp");

    /// <summary>Those on the ports, on whatever address. A row of the kernel's tables has the local address (<c>address:port</c> in
    /// hexadecimal), the remote one, the state and, as its tenth field, the inode (proc_pid_net(5)); what listens comes first.</summary>
    /// <param name="ports">The ports.</param>
    /// <param name="tables">The folder of the tables; tests have their own.</param>
    public static IReadOnlyList<Listener> On(IReadOnlyCollection<int> ports, string tables = "/proc/self/net")
    {
        string[] names = ["tcp", "tcp6"];
        return [.. names.SelectMany(n => InTable(Path.Combine(tables, n)).Where(l => ports.Contains(l.Port)))];
    }

    private static List<Listener> InTable(string table)
    {
        try
        {
            return [.. File.ReadLines(table).Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .TakeWhile(f => f[3] == Listening).Select(f => new Listener(PortOf(f[1]), long.Parse(f[9], CultureInfo.InvariantCulture)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // a kernel without IPv6, or one that does not say
        }
    }

    private static int PortOf(string address) => int.Parse(
        address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
