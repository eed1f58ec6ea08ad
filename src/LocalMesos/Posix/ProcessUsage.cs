namespace Pipeline.LocalMesos.Posix;

/// <summary>What the processes of a session use together, and what a directory takes on disk.</summary>
internal readonly record struct ProcessUsage(double UserSeconds, double SystemSeconds, ulong ResidentBytes)
{
    private const double TicksPerSecond = 100;

    public static ProcessUsage OfSession(int session) => ProcStat.OfSession(session).Select(p => p.Stat).Aggregate(
        default(ProcessUsage),
        (sum, stat) => new ProcessUsage(
            sum.UserSeconds + (stat.UserTicks / TicksPerSecond), sum.SystemSeconds + (stat.SystemTicks / TicksPerSecond),
            sum.ResidentBytes + ((ulong)stat.ResidentPages * (ulong)System.Environment.SystemPageSize)));

    /// <summary>Bytes of all files below a directory, without the holes of sparse ones, as <c>du</c> counts them for a real agent; 0 when
    /// it is gone.</summary>
    public static ulong DiskBytes(string directory) => Directory.Exists(directory)
        ? (ulong)new DirectoryInfo(directory).EnumerateFiles("*", Everything).Sum(Length)
        : 0;

    // A task may have closed folders to others, and may delete them meanwhile. What a link names is not the directory's.
    private static EnumerationOptions Everything => new() { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };

    private static long Length(FileInfo file)
    {
        try
        {
            return file.LinkTarget is null ? Math.Min(file.Length, FileStatus.AllocatedOf(file.FullName) ?? file.Length) : 0;
        }
        catch (IOException)
        {
            return 0; // deleted while the directory was read
        }
    }
}
