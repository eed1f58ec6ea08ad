using System.Globalization;

namespace Pipeline.LocalMesos.Posix;

/// <summary>Processes by session (setsid(2)): what a task started, in whatever process groups.</summary>
public static class Sessions
{
    /// <summary>SIGKILL for every process of the session; again until none is left, since a process may fork while it is looked
    /// for.</summary>
    public static void Kill(int session)
    {
        for (var members = Members(session); members.Count > 0; members = Members(session))
        {
            foreach (var pid in members)
                _ = LibC.Kill(pid, LibC.SigKill);
        }
    }

    public static bool Exists(int session) => Members(session).Count > 0;

    private static List<int> Members(int session)
    {
        var members = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && IsAliveIn(session, directory))
                members.Add(pid);
        }

        return members;
    }

    /// <summary>Fields 3 (state) and 6 (session) of /proc/PID/stat; zombies wait for their parent and need no signal.</summary>
    private static bool IsAliveIn(int session, string directory)
    {
        try
        {
            var stat = File.ReadAllText($"{directory}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is not ("Z" or "X") && int.Parse(fields[3], CultureInfo.InvariantCulture) == session;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it ended between two looks
        }
    }
}
