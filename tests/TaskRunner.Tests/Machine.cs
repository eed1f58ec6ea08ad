namespace Pipeline.TaskRunner.Tests;

/// <summary>The machine that the tests run on.</summary>
internal static class Machine
{
    /// <summary>What makes root an ordinary user.</summary>
    public static readonly string[] AsNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];

    public static bool IsRoot => Environment.UserName == "root";

    /// <summary>The command lines of the processes that have a word in theirs; a zombie has none.</summary>
    public static IReadOnlyList<string> ProcessesWith(string word) =>
        [.. Directory.GetDirectories("/proc").Select(CommandLine).Where(c => c.Contains(word, StringComparison.Ordinal))];

    /// <summary>For a runner that is another user than the tests.</summary>
    public static void OpenToAll(string folder) => File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
