namespace Pipeline.Scheduler.Contract.Tasks;

/// <summary>What a task used over time, measured by its agent. Memory and disk in bytes, cpus in cores.</summary>
/// <param name="TaskId">The task's id.</param>
/// <param name="State">Its state.</param>
/// <param name="Points">Oldest first, of the last hour at most, measured while somebody looked and for ten minutes after.</param>
/// <param name="EverySeconds">At most so often.</param>
/// <param name="CpuSeconds">All that it used since its start, at the last point.</param>
/// <param name="CpuLimit">With the executor's own share, which is small.</param>
/// <param name="MemoryLimitBytes">The most that it may use.</param>
/// <param name="DiskLimitBytes">The most that it may use.</param>
/// <param name="Problem">Why there is no newer point, as a sentence.</param>
public sealed record TaskUsageView(
    string TaskId, string State, IReadOnlyList<UsagePointView> Points, double EverySeconds, double? CpuSeconds, double? CpuLimit,
    long? MemoryLimitBytes, long? DiskLimitBytes, string? Problem);

/// <param name="At">By the agent's clock.</param>
/// <param name="Cpus">Used on average since the point before; at the first point since the task's start.</param>
/// <param name="MemoryBytes">Resident.</param>
/// <param name="DiskBytes">On disk.</param>
public sealed record UsagePointView(DateTimeOffset At, double? Cpus, long? MemoryBytes, long? DiskBytes);
