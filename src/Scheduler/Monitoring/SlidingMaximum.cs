namespace Pipeline.Scheduler.Monitoring;

/// <summary>The maximum over a sliding window of one to two minutes, in constant space. Not thread-safe.</summary>
internal sealed class SlidingMaximum(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private TimeSpan? now;
    private TimeSpan? before;
    private long began = time.GetTimestamp();

    /// <summary>Null: nothing was measured lately.</summary>
    public TimeSpan? Value
    {
        get
        {
            Slide();
            return now > before || before is null ? now : before;
        }
    }

    public void Add(TimeSpan measured)
    {
        Slide();
        if (now is null || measured > now)
            now = measured;
    }

    private void Slide()
    {
        var age = time.GetElapsedTime(began);
        if (age < Window)
            return;
        // The next window begins where this one ended, or a value could count for longer than two.
        var isNext = age < 2 * Window;
        before = isNext ? now : null;
        now = null;
        began = isNext ? began + (long)(Window.TotalSeconds * time.TimestampFrequency) : time.GetTimestamp();
    }
}
