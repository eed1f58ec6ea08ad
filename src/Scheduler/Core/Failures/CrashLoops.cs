using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Failures;

/// <summary>Detects failure patterns that people should know about. The thresholds are Singularity's.</summary>
internal static class CrashLoops
{
    /// <summary>How many failures are kept.</summary>
    public const int Kept = 100;

    private static readonly TimeSpan Short = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(30);

    /// <param name="instances">How many should run.</param>
    /// <param name="longRunning">False for cron and on-demand, whose runs end by themselves.</param>
    public static IReadOnlyList<CrashLoopKind> In(
        IReadOnlyList<InstanceFailure> failures, int instances, bool longRunning, DateTimeOffset now)
    {
        var found = new List<CrashLoopKind>();
        if (Within(failures, now, CooldownRules.Window).Count() >= CooldownRules.Failures)
            found.Add(CrashLoopKind.Fast);
        if (longRunning && IsSpread(failures, now, 15, Long, 0.7))
            found.Add(CrashLoopKind.Slow);
        if (Within(failures, now, TimeSpan.FromMinutes(10)).Count(f =>
                f.Kind is InstanceFailureKind.Startup or InstanceFailureKind.Health) >= 5)
            found.Add(CrashLoopKind.Startup);
        if (Within(failures, now, Long).Count(f => f.Kind == InstanceFailureKind.OutOfMemory) >= 4)
            found.Add(CrashLoopKind.OutOfMemory);
        if (failures.GroupBy(f => f.Instance).Any(g => IsSpread([.. g], now, 10, Short, 0.25)))
            found.Add(CrashLoopKind.SingleInstance);
        if (instances > 1 && failures.Select(f => f.Instance).Distinct().Count() > 1 && IsSpread(failures, now, 10, Short, 0.4))
            found.Add(CrashLoopKind.MultiInstance);
        if (Within(failures, now, Long).Count(f => f.Kind == InstanceFailureKind.UnexpectedExit) > 4)
            found.Add(CrashLoopKind.UnexpectedExits);
        return found;
    }

    private static IEnumerable<InstanceFailure> Within(IReadOnlyList<InstanceFailure> failures, DateTimeOffset now, TimeSpan span) =>
        failures.Where(f => f.At > now - span);

    /// <summary>More than the given share of the time buckets holds a failure, at least one of them in the newest quarter: a burst is not
    /// a loop, and a loop that stopped is over.</summary>
    private static bool IsSpread(IReadOnlyList<InstanceFailure> failures, DateTimeOffset now, int buckets, TimeSpan width, double share)
    {
        var hit = failures.Select(f => (int)((now - f.At) / width)).Where(b => b >= 0 && b < buckets).Distinct().ToList();
        return hit.Count > buckets * share && hit.Min() <= buckets / 4;
    }
}
