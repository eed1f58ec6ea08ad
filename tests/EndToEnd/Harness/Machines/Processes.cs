namespace Pipeline.EndToEnd.Harness.Machines;

/// <summary>What runs on the machine.</summary>
public static class Processes
{
    /// <summary>The command lines, arguments divided by NULs.</summary>
    public static IReadOnlyList<string> Commands() => [.. Directory.GetDirectories("/proc").Select(p =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(p, "cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    })];
}
