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

    /// <summary>A process and everything that it started, and what those did.</summary>
    public static IEnumerable<int> AllBelow(int top)
    {
        var byParent = Directory.EnumerateDirectories("/proc")
            .Select(f => int.TryParse(Path.GetFileName(f.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0).ToLookup(ParentOf);
        var left = new Queue<int>([top]);
        while (left.TryDequeue(out var id))
        {
            yield return id;
            foreach (var child in byParent[id])
                left.Enqueue(child);
        }
    }

    /// <summary>Whether a process is gone, or waits to be asked how it ended.</summary>
    public static bool HasEnded(int id) => FieldsOf(id) is null or ["Z" or "X", ..];

    /// <summary>Whether a process waits for something and is neither at work nor ended.</summary>
    public static bool Sleeps(int id) => FieldsOf(id) is ["S", ..];

    /// <summary>The name of its program, cut to 15 bytes; null when it is gone.</summary>
    public static string? NameOf(int id) => StatOf(id) is { } stat ? stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')] : null;

    private static int? ParentOf(int id) => FieldsOf(id) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : null;

    // State, parent and more (proc_pid_stat(5)). The name of the program comes before, in parentheses, and may have parentheses itself.
    private static string[]? FieldsOf(int id) => StatOf(id) is { } stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ') : null;

    private static string? StatOf(int id)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended meanwhile
        }
    }
}
