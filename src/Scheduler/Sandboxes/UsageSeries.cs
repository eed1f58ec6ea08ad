using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>What one task used, as points of a bounded series. Not thread-safe: its owner locks it.</summary>
internal sealed class UsageSeries
{
    /// <summary>An hour, at the usual pace.</summary>
    public const int MostPoints = 720;

    private readonly Queue<UsagePointView> points = new();
    private ContainerUsage? last;

    public IReadOnlyList<UsagePointView> Points => [.. points];

    public ContainerUsage? Last => last;

    /// <summary>When somebody looked last; a stamp of the clock.</summary>
    public long LookedAt { get; set; }

    /// <summary>When the agent was queried last; a stamp of the clock, null: never.</summary>
    public long? SampledAt { get; set; }

    public SandboxProblem? Problem { get; set; }

    /// <param name="usage">What the agent measured.</param>
    /// <param name="startedAt">When the task began to run.</param>
    public void Add(ContainerUsage usage, DateTimeOffset? startedAt)
    {
        Problem = null;
        // The same measurement again, or one from before: agents answer from a cache.
        if (last is not null && usage.At <= last.At)
            return;
        var cpus = Rate(Seconds(last), last?.At, usage) ?? Rate(0, startedAt, usage);
        points.Enqueue(new UsagePointView(usage.At, cpus, usage.MemoryBytes, usage.DiskBytes));
        if (points.Count > MostPoints)
            points.Dequeue();
        last = usage;
    }

    public static double? Seconds(ContainerUsage? usage) =>
        usage is { CpuUserSeconds: { } user, CpuSystemSeconds: { } system } ? user + system : null;

    // A counter that went back belongs to a container that was started anew.
    private static double? Rate(double? before, DateTimeOffset? since, ContainerUsage usage) =>
        before is { } from && Seconds(usage) is { } used && since is { } began && usage.At > began && used >= from
            ? Math.Round((used - from) / (usage.At - began).TotalSeconds, 4)
            : null;
}
