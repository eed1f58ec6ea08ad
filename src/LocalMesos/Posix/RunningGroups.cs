using System.Globalization;

namespace Pipeline.LocalMesos.Posix;

/// <summary>
/// The process groups of this cluster, on disk: one file per leader with its start time. After a kill -9 of localmesos the next start
/// kills the orphans; the start time keeps it from killing an unrelated process that got the same pid.
/// </summary>
internal sealed class RunningGroups
{
    private readonly string directory;

    public RunningGroups(string workDirectory)
    {
        directory = Path.Combine(workDirectory, "running");
        Directory.CreateDirectory(directory);
    }

    public void Add(int leader)
    {
        if (ProcStat.Read(leader)?.StartTime is { } start)
            File.WriteAllText(FileOf(leader), start);
    }

    public void Remove(int leader) => File.Delete(FileOf(leader));

    /// <summary>Kills the groups of an earlier run and returns how many there were.</summary>
    public int KillOrphans()
    {
        var killed = 0;
        foreach (var file in Directory.GetFiles(directory))
        {
            var pid = int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture);
            // The kernel does not reuse a pid that still names a session: if the leader is gone, the session is ours.
            var start = ProcStat.Read(pid)?.StartTime;
            if (start == File.ReadAllText(file) || (start is null && Sessions.Exists(pid)))
            {
                Sessions.Signal(pid, LibC.SigKill);
                killed++;
            }

            File.Delete(file);
        }

        return killed;
    }

    private string FileOf(int leader) => Path.Combine(directory, leader.ToString(CultureInfo.InvariantCulture));
}
