using System.Globalization;

namespace Pipeline.TaskRunner.Processes;

/// <summary>
/// What the kernel ended for the memory limit of our control group, of the first or the second version. In a container its own group is
/// the root that it sees.
/// </summary>
internal static class MemoryKills
{
    private const string Groups = "proc/self/cgroup";
    private const string V1 = "sys/fs/cgroup/memory";
    private const string V2 = "sys/fs/cgroup";
    private const string Counter = "oom_kill ";

    // The first version writes the highest number of pages for none.
    private const long Endless = 1L << 60;

    /// <summary>Since the group began; null where the kernel does not say.</summary>
    /// <param name="root">The file system of the kernel's files; tests have their own.</param>
    public static long? Count(string root = "/") => Read(root, "memory.oom_control", "memory.events") is { } text
        ? text.Split('\n').Where(l => l.StartsWith(Counter, StringComparison.Ordinal)).Select(l => Number(l[Counter.Length..]))
            .FirstOrDefault()
        : null;

    /// <summary>In bytes; null for none, or where the kernel does not say.</summary>
    /// <param name="root">As for <see cref="Count"/>.</param>
    public static long? Limit(string root = "/") =>
        Read(root, "memory.limit_in_bytes", "memory.max") is { } text && Number(text) is < Endless and var bytes
        ? bytes
        : null;

    private static long? Number(string text) =>
        long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Read(string root, string v1, string v2)
    {
        try
        {
            return Places(root, v1, v2).FirstOrDefault(File.Exists) is { } file ? File.ReadAllText(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Places(string root, string v1, string v2)
    {
        var groups = Path.Combine(root, Groups);
        foreach (var line in File.Exists(groups) ? File.ReadLines(groups) : [])
        {
            var parts = line.Split(':', 3);
            if (parts[1] == "memory")
                yield return Path.Combine(root, $"{V1}{parts[2]}/{v1}");
            else if (parts[0] == "0")
                yield return Path.Combine(root, $"{V2}{parts[2]}/{v2}");
        }

        yield return Path.Combine(root, V1, v1);
        yield return Path.Combine(root, V2, v2);
    }
}
