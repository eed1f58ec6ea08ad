using System.Globalization;
using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Ports;

/// <summary>The sockets that the programs of a task have open.</summary>
/// <param name="Numbers">Of their inodes.</param>
/// <param name="AreAll">False when a program did not show its files: a socket that is not among the numbers may be its own.</param>
internal sealed record OwnSockets(IReadOnlySet<long> Numbers, bool AreAll)
{
    private const string Prefix = "socket:[";

    // What makes the view has no socket, and shows nobody its files: it has had capabilities that the runner has not.
    private const string Isolating = "bwrap";

    /// <param name="top">The process above all programs of the task.</param>
    public static OwnSockets Below(int top)
    {
        var numbers = new HashSet<long>();
        var areAll = true;
        foreach (var process in Children.AllBelow(top))
            areAll &= TryAdd(process, numbers);
        return new OwnSockets(numbers, areAll);
    }

    private static bool TryAdd(int process, HashSet<long> numbers)
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd")))
            {
                if (TargetOf(file) is { } target && target.StartsWith(Prefix, StringComparison.Ordinal))
                    numbers.Add(long.Parse(target.AsSpan(Prefix.Length).TrimEnd(']'), CultureInfo.InvariantCulture));
            }

            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true; // it ended meanwhile
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Children.HasEnded(process) || Children.NameOf(process) == Isolating;
        }
    }

    private static string? TargetOf(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed meanwhile
        }
    }
}
