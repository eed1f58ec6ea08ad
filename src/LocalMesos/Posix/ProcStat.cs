using System.Globalization;

namespace Pipeline.LocalMesos.Posix;

/// <summary>One process as <c>/proc/PID/stat</c> describes it (proc_pid_stat(5)).</summary>
/// <param name="StartTime">In clock ticks since boot: together with the pid it identifies a process.</param>
/// <param name="UserTicks">Its waited-for children included.</param>
/// <param name="SystemTicks">Its waited-for children included.</param>
internal readonly record struct ProcStat(char State, int Session, long UserTicks, long SystemTicks, string StartTime, long ResidentPages)
{
    /// <summary>A zombie only waits for its parent.</summary>
    public bool IsAlive => State is not ('Z' or 'X');

    /// <summary>Null when the process is gone, or is not ours to look at.</summary>
    public static ProcStat? Read(int pid)
    {
        try
        {
            return Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Every process of a session (setsid(2)), whatever its process group.</summary>
    public static IEnumerable<(int Pid, ProcStat Stat)> OfSession(int session)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Read(pid) is { } stat && stat.Session == session)
                yield return (pid, stat);
        }
    }

    /// <summary>The fields after the program's name, which may itself contain spaces and parentheses.</summary>
    internal static ProcStat Parse(string text)
    {
        var fields = text[(text.LastIndexOf(')') + 2)..].TrimEnd().Split(' ');
        return new ProcStat(
            fields[0][0], (int)Number(fields[3]), Number(fields[11]) + Number(fields[13]), Number(fields[12]) + Number(fields[14]),
            fields[19], Number(fields[21]));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
