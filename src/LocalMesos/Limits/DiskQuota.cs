using Pipeline.LocalMesos.Posix;

namespace Pipeline.LocalMesos.Limits;

/// <summary>Counts the bytes of a sandbox again and again, as the isolator <c>disk/du</c> of a real agent does.</summary>
internal sealed class DiskQuota : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private readonly string sandbox;
    private readonly long limit;
    private readonly TimeProvider time;
    private readonly Action exceed;
    private readonly ITimer timer;

    /// <param name="exceed">Called once, when the sandbox is larger than the limit.</param>
    public DiskQuota(string sandbox, long limit, TimeProvider time, Action exceed)
    {
        (this.sandbox, this.limit, this.time, this.exceed) = (sandbox, limit, time, exceed);
        timer = time.CreateTimer(_ => Look(), null, Shortest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>In the words of a real agent; null while the sandbox is small enough.</summary>
    public string? Exceeded { get; private set; }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        var began = time.GetTimestamp();
        var used = (long)ProcessUsage.DiskBytes(sandbox);
        if (used > limit)
        {
            Exceeded = $"Disk usage ({used / (1024 * 1024)}MB) exceeds quota ({limit / (1024 * 1024)}MB)";
            exceed();
            return;
        }

        // A large sandbox takes long to count: a tenth of the time is enough for it.
        var pause = time.GetElapsedTime(began) * 9;
        timer.Change(pause > Shortest ? pause : Shortest, Timeout.InfiniteTimeSpan);
    }
}
