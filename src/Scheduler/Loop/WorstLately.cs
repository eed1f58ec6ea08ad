using Pipeline.Mesos.Client;

namespace Pipeline.Scheduler.Loop;

/// <summary>The greatest of the last minute or two, in constant space. On one thread.</summary>
internal sealed class WorstLately(TimeProvider time)
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
            Turn();
            return now > before || before is null ? now : before;
        }
    }

    public void Add(TimeSpan measured)
    {
        Turn();
        if (now is null || measured > now)
            now = measured;
    }

    private void Turn()
    {
        var age = time.GetElapsedTime(began);
        if (age < Window)
            return;
        (before, now, began) = (age < 2 * Window ? now : null, null, time.GetTimestamp());
    }
}
