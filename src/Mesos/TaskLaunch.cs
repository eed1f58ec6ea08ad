namespace Pipeline.Mesos;

/// <summary>A task as it is launched by the command executor.</summary>
/// <param name="Command">Run by <c>sh -c</c> in the sandbox.</param>
/// <param name="MaxCompletionTime">Mesos kills the task after this long.</param>
public sealed record TaskLaunch(
    string TaskId, string Name, TaskResources Resources, string Command, IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<FetchUri> Uris, IReadOnlyDictionary<string, string> Labels, TimeSpan KillGrace, TimeSpan? MaxCompletionTime,
    HealthCheck? Health, string? Image, string? User)
{
    /// <summary>How far it may exceed its resources; null for not at all.</summary>
    public TaskLimits? Limits { get; init; }

    /// <summary>Files of the agent that its container sees. Only with an image; without one the task sees all.</summary>
    public IReadOnlyList<ContainerVolume> Volumes { get; init; } = [];

    /// <summary>Only with an image.</summary>
    public ContainerKind Container { get; init; } = ContainerKind.Mesos;
}

/// <summary>TaskInfo.limits (Mesos 1.10, on agents with control groups). Null: the amount of the resource itself; infinity: no
/// limit.</summary>
public sealed record TaskLimits(double? Cpus, double? MemoryMb);

/// <summary>A file or directory of the agent, at the same place in the container.</summary>
public sealed record ContainerVolume(string Path, bool ReadOnly);

/// <summary>Which containerizer of the agent runs an image.</summary>
public enum ContainerKind
{
    /// <summary>Mesos' own (<c>--image_providers=docker</c>), without a Docker engine.</summary>
    Mesos,

    /// <summary>The Docker engine of the agent (<c>--containerizers=docker,mesos</c>).</summary>
    Docker,
}

/// <summary>What the task takes from the offer; units as in <see cref="OfferedResources"/>.</summary>
public sealed record TaskResources(decimal Cpus, decimal MemoryMb, decimal DiskMb, IReadOnlyList<int> Ports);

/// <summary>A file that the agent fetches into the sandbox before the task starts.</summary>
/// <param name="OutputFile">Its name in the sandbox; null for that of the URI.</param>
/// <param name="Extract">Archives are extracted.</param>
/// <param name="Cache">The agent keeps it for other tasks.</param>
public sealed record FetchUri(string Uri, string? OutputFile, bool Executable, bool Extract, bool Cache);

/// <summary>A health check that the agent runs; the task is killed after <paramref name="ConsecutiveFailures"/> in a row.</summary>
public sealed record HealthCheck(
    HealthCheckKind Kind, int Port, string? Path, string? Scheme, TimeSpan Delay, TimeSpan Interval, TimeSpan Timeout, TimeSpan Grace,
    int ConsecutiveFailures);

/// <summary>How a health check is made.</summary>
public enum HealthCheckKind
{
    /// <summary>A GET; 200 to 399 is healthy.</summary>
    Http,

    /// <summary>A connection that is accepted.</summary>
    Tcp,
}
