using System.Globalization;

namespace Pipeline.LocalMesos.Operator;

/// <summary>What a process and those of its session have used, from /proc.</summary>
internal static class ProcessUsage
{
    private const double TicksPerSecond = 100;
    private static readonly int PageBytes = System.Environment.SystemPageSize;

    public static (double UserSeconds, double SystemSeconds, ulong Bytes) Of(int session)
    {
        var (user, system, bytes) = (0d, 0d, 0UL);
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(directory.AsSpan())[0]) || Fields(directory) is not { } fields || fields[3] != Text(session))
                continue;
            user += (Number(fields[11]) + Number(fields[13])) / TicksPerSecond;
            system += (Number(fields[12]) + Number(fields[14])) / TicksPerSecond;
            bytes += (ulong)Number(fields[21]) * (ulong)PageBytes;
        }

        return (user, system, bytes);
    }

    public static ulong DiskOf(string directory) => Directory.Exists(directory)
        ? (ulong)Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f) is { Exists: true } file ? file.Length : 0)
        : 0;

    /// <summary>/proc/PID/stat from field 3 on; the name before it may contain blanks and brackets.</summary>
    private static string[]? Fields(string directory)
    {
        try
        {
            var stat = File.ReadAllText($"{directory}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended between two looks
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
