namespace Pipeline.Scheduler.Contract.Deploys;

/// <summary>What a task needs. Memory and disk in MiB, cpus in cores (three decimals), ports is a count.</summary>
public sealed record ResourceNeed(decimal Cpus, decimal MemoryMb, decimal DiskMb, int Ports);

/// <summary>
/// What a task may use at most, where its agent can tell need and limit apart (TaskInfo.limits, Mesos 1.10 with control groups). Null: as
/// much as it needs; <see cref="Unlimited"/>: whatever its agent has.
/// </summary>
public sealed record Limits(decimal? Cpus = null, decimal? MemoryMb = null)
{
    /// <summary>No limit but the agent itself.</summary>
    public const decimal Unlimited = decimal.MaxValue;
}
