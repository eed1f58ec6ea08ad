namespace Pipeline.Mesos;

/// <summary>What a container uses, as its agent's isolators count it. CPU times are totals since its start.</summary>
/// <param name="At">By the agent's clock.</param>
/// <param name="CpuLimit">In cores, the executor's own share included.</param>
public sealed record ContainerUsage(
    string FrameworkId, string ExecutorId, DateTimeOffset At, double? CpuUserSeconds, double? CpuSystemSeconds, double? CpuLimit,
    long? MemoryBytes, long? MemoryLimitBytes, long? DiskBytes, long? DiskLimitBytes);
