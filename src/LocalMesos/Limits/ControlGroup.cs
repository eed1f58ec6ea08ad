using System.Globalization;
using Pipeline.LocalMesos.Posix;

namespace Pipeline.LocalMesos.Limits;

/// <summary>The control group of one task.</summary>
internal sealed class ControlGroup(IReadOnlyDictionary<string, string> places, bool unified)
{
    private const long Period = 100_000; // microseconds, the kernel's default
    private const int RemovalTries = 200;
    private static readonly TimeSpan RemovalPause = TimeSpan.FromMilliseconds(10);

    /// <summary>A process that writes its id there is in the group, with all that it starts.</summary>
    public IReadOnlyList<string> Entrances => [.. places.Values.Distinct().Select(p => Path.Combine(p, "cgroup.procs"))];

    /// <summary>How often the kernel ended a process for the memory limit.</summary>
    public long MemoryKills => File.ReadLines(Of("memory", unified ? "memory.events" : "memory.oom_control"))
        .Where(l => l.StartsWith("oom_kill ", StringComparison.Ordinal))
        .Select(l => long.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture)).FirstOrDefault();

    /// <exception cref="IOException">The kernel refuses a limit.</exception>
    public void Set(UsageLimits limits)
    {
        Write(Of("pids", "pids.max"), UsageLimits.Processes);
        if (limits.MemoryBytes is { } memory)
            Write(Of("memory", unified ? "memory.max" : "memory.limit_in_bytes"), memory);
        if (!unified)
            Write(Of("cpu", "cpu.shares"), limits.CpuShares);
        else // The weight that systemd and runc take for shares: 2 to 262144 become 1 to 10000.
            Write(Of("cpu", "cpu.weight"), Math.Clamp(1 + ((limits.CpuShares - 2) * 9999 / 262_142), 1, 10_000));
        if (limits.Cpus is not { } cpus)
            return;
        var quota = (long)(cpus * Period);
        if (unified)
            File.WriteAllText(Of("cpu", "cpu.max"), string.Create(CultureInfo.InvariantCulture, $"{quota} {Period}"));
        else
            Write(Of("cpu", "cpu.cfs_quota_us"), quota);
    }

    /// <summary>Kills whatever is left in it, in whatever session, and removes it.</summary>
    public async Task RemoveAsync(TimeProvider time)
    {
        for (var tries = 0; tries < RemovalTries && !TryRemove(); tries++)
            await Task.Delay(RemovalPause, time);
    }

    private bool TryRemove()
    {
        try
        {
            foreach (var process in Entrances.SelectMany(File.ReadLines).Distinct().ToList())
                _ = LibC.Kill(int.Parse(process, CultureInfo.InvariantCulture), LibC.SigKill);
            foreach (var place in places.Values.Distinct())
                Directory.Delete(place);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false; // a process is still ending
        }
    }

    private string Of(string controller, string file) => Path.Combine(places[controller], file);

    private static void Write(string file, long number) => File.WriteAllText(file, number.ToString(CultureInfo.InvariantCulture));
}
