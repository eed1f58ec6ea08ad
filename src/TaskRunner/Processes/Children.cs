using System.Globalization;

namespace Pipeline.TaskRunner.Processes;

/// <summary>Who started whom, by <c>/proc</c>.</summary>
internal static class Children
{
    /// <summary>The first child of a process; null when it has none.</summary>
    public static int? FirstOf(int parent)
    {
        foreach (var child in Of(parent))
            return child;
        return null;
    }

    /// <summary>Those that run, and those that have ended and wait to be asked how.</summary>
    public static IEnumerable<int> Of(int parent)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && ParentOf(id) == parent)
                yield return id;
        }
    }

    /// <summary>Whether a process waits for something and is neither at work nor ended.</summary>
    public static bool Sleeps(int id) => FieldsOf(id) is ["S", ..];

    private static int? ParentOf(int id) => FieldsOf(id) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : null;

    // State, parent and more (proc_pid_stat(5)). The name of the program comes before, in parentheses, and may have parentheses itself.
    private static string[]? FieldsOf(int id)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended meanwhile
        }
    }
}
