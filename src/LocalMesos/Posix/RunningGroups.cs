using System.Globalization;

namespace Pipeline.LocalMesos.Posix;

/// <summary>
/// Which process groups are ours, on disk: one file per leader with its start time. After a kill -9 of localmesos the next start
/// ends what is left; the start time keeps it from killing a stranger that got the same pid.
/// </summary>
public sealed class RunningGroups
{
    private readonly string directory;

    public RunningGroups(string workDirectory)
    {
        directory = Path.Combine(workDirectory, "running");
        Directory.CreateDirectory(directory);
    }

    public void Add(int leader)
    {
        if (StartTime(leader) is { } start)
            File.WriteAllText(FileOf(leader), start);
    }

    public void Remove(int leader) => File.Delete(FileOf(leader));

    /// <summary>Kills the groups of an earlier run; gives how many there were.</summary>
    public int KillLeftovers()
    {
        var killed = 0;
        foreach (var file in Directory.GetFiles(directory))
        {
            var pid = int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture);
            // A pid is not given away while it still names a session: with the leader gone, its session is ours.
            var start = StartTime(pid);
            if (start == File.ReadAllText(file) || (start is null && Sessions.Exists(pid)))
            {
                LibC.KillGroup(pid, LibC.SigKill);
                killed++;
            }

            File.Delete(file);
        }

        return killed;
    }

    private string FileOf(int leader) => Path.Combine(directory, leader.ToString(CultureInfo.InvariantCulture));

    /// <summary>Field 22 of /proc/PID/stat; the name in field 2 may contain blanks and brackets.</summary>
    private static string? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
