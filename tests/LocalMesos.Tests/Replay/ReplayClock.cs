using System.Diagnostics;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>
/// The time of the recording at which a replay is, in seconds. It goes on with the machine's clock, but waits at the next step for a
/// replay that is late on a busy machine: what tasks do then keeps its place among the recorded calls.
/// </summary>
internal sealed class ReplayClock
{
    // A step that waits for a task which began later here than in the recording must not wait for ever.
    private const double Lateness = 0.3;
    private const double Haste = 0.5;
    private readonly object gate = new();
    private readonly Stopwatch since = Stopwatch.StartNew();
    private double reached;
    private double next;

    public double Now
    {
        get
        {
            lock (gate)
            {
                var now = reached + since.Elapsed.TotalSeconds;
                return now <= next ? now : Math.Max(next, now - Lateness);
            }
        }
    }

    /// <summary>When what begins now began in the recording. A task starts faster here than there: while the replay waits for its first
    /// update, the clock is short of that update's time.</summary>
    public double Begin()
    {
        lock (gate)
        {
            var now = Now;
            return next > now && next - now < Haste ? next : now;
        }
    }

    public void Expect(double time) => Set(() => next = Math.Max(next, time));

    public void Reach(double time) => Set(() =>
    {
        var now = Math.Max(time, Now);
        (reached, next) = (now, now);
        since.Restart();
    });

    private void Set(Action action)
    {
        lock (gate)
            action();
    }
}
