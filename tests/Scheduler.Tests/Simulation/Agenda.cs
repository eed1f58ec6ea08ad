namespace Pipeline.Scheduler.Tests.Simulation;

/// <summary>Virtual time and all chance of a run: the same seed gives the same history, to the last message.</summary>
internal sealed class Agenda(int seed)
{
    private readonly PriorityQueue<Action, (long At, long Order)> due = new();
    private long order;

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private Random Random { get; } = new(seed);

    public void At(DateTimeOffset at, Action what) => due.Enqueue(what, (at < Now ? Now.Ticks : at.Ticks, ++order));

    public void After(TimeSpan delay, Action what) => At(Now + delay, what);

    /// <summary>Does the next thing that is due, at its time.</summary>
    public void Next()
    {
        var found = due.TryDequeue(out var what, out var when);
        Assert.True(found, "nothing is left to happen: the simulation stands still");
        Now = new DateTimeOffset(when.At, TimeSpan.Zero);
        what!();
    }

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Random.Next(times) == 0;

    /// <param name="below">Not included.</param>
    public int Pick(int from, int below) => Random.Next(from, below);

    public T Pick<T>(IReadOnlyList<T> list) => list[Random.Next(list.Count)];

    /// <summary>In whole microseconds, as PostgreSQL keeps time.</summary>
    public TimeSpan Between(double fromMs, double toMs) => 
        TimeSpan.FromMicroseconds((long)(1000 * (fromMs + (Random.NextDouble() * (toMs - fromMs)))));
}
