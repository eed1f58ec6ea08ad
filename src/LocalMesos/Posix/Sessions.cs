namespace Pipeline.LocalMesos.Posix;

/// <summary>
/// Signals to everything that a task started: its process group, and on SIGKILL every process of its session (setsid(2)), in whatever
/// group.
/// </summary>
internal static class Sessions
{
    /// <summary>A group that is gone already is what the caller wanted. Pids below 2 are ignored: they name no task.</summary>
    public static void Signal(int leader, int signal)
    {
        if (leader <= 1)
            return;
        _ = LibC.Kill(-leader, signal);
        if (signal == LibC.SigKill)
            Kill(leader);
    }

    public static bool Exists(int session) => Members(session).Count > 0;

    /// <summary>Repeated until no process is left, since one may fork while it is looked for.</summary>
    private static void Kill(int session)
    {
        for (var members = Members(session); members.Count > 0; members = Members(session))
        {
            foreach (var pid in members)
                _ = LibC.Kill(pid, LibC.SigKill);
        }
    }

    private static List<int> Members(int session) => [.. ProcStat.OfSession(session).Where(p => p.Stat.IsAlive).Select(p => p.Pid)];
}
