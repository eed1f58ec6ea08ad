using Pipeline.LocalMesos.Containers;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Limits;

/// <summary>What one task may use at most. As on a real agent, what it requests is its limit unless it names another.</summary>
/// <param name="MemoryBytes">Null for no limit.</param>
/// <param name="CpuShares">Weight against other tasks, 1024 for a core.</param>
/// <param name="Cpus">Cores; null where only the weight counts, as when the task names no limit.</param>
/// <param name="DiskBytes">Of its sandbox; null for no limit.</param>
internal sealed record UsageLimits(long? MemoryBytes, long CpuShares, double? Cpus, long? DiskBytes)
{
    /// <summary>Processes and threads: enough for a large build, and the end of a fork bomb.</summary>
    public const int Processes = 4096;

    // As a real agent: a task with less could not even start.
    private const long LeastMemoryBytes = 32 * MiB;
    private const int SharesPerCore = 1024;
    private const long MiB = 1024 * 1024;

    public static UsageLimits Of(W.TaskInfo task) => new(
        ContainerResources.Limit(task, "mem") is { } memory ? Math.Max((long)(memory * MiB), LeastMemoryBytes) : null,
        Math.Max(2, (long)((ContainerResources.Request(task, "cpus") ?? 0) * SharesPerCore)),
        task.Limits.ContainsKey("cpus") ? ContainerResources.Limit(task, "cpus") : null,
        ContainerResources.Limit(task, "disk") is { } disk ? (long)(disk * MiB) : null);
}
