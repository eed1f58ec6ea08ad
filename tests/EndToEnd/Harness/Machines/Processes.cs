using System.Globalization;

namespace Pipeline.EndToEnd.Harness.Machines;

/// <summary>What runs on the machine.</summary>
public static class Processes
{
    /// <summary>The command lines, arguments divided by NULs.</summary>
    public static IReadOnlyList<string> Commands() => [.. All().Select(p => p.Command)];

    /// <summary>The ids of the processes with this command line, arguments divided by blanks.</summary>
    public static IReadOnlyList<int> IdsOf(string command) =>
        [.. All().Where(p => p.Command.TrimEnd('\0').Replace('\0', ' ') == command).Select(p => p.Id)];

    private static IEnumerable<(int Id, string Command)> All() => Directory.GetDirectories("/proc")
        .Select(p => int.TryParse(Path.GetFileName(p), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0)
        .Select(id => (id, CommandOf(id)));

    private static string CommandOf(int id)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
