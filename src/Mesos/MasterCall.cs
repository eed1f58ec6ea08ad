namespace Pipeline.Mesos;

/// <summary>Something a framework asks of the master. A 202 promises nothing: the effect shows as an event.</summary>
public abstract record MasterCall;

/// <summary>Launches tasks on offers of one agent; what they leave is declined for <paramref name="Refuse"/>.</summary>
public sealed record AcceptOffers(IReadOnlyList<string> OfferIds, string AgentId, IReadOnlyList<TaskLaunch> Tasks,
    TimeSpan Refuse) : MasterCall;

public sealed record DeclineOffers(IReadOnlyList<string> OfferIds, TimeSpan Refuse) : MasterCall;

public sealed record ReviveOffers(IReadOnlyList<string> Roles) : MasterCall;

public sealed record SuppressOffers(IReadOnlyList<string> Roles) : MasterCall;

/// <param name="Grace">Time between SIGTERM and SIGKILL; null leaves the task's own kill policy.</param>
public sealed record KillTask(string TaskId, string? AgentId, TimeSpan? Grace) : MasterCall;

public sealed record AcknowledgeUpdate(string TaskId, string AgentId, byte[] Uuid) : MasterCall;

/// <summary>An empty list asks for every task that the master knows (implicit reconciliation).</summary>
public sealed record ReconcileTasks(IReadOnlyList<(string TaskId, string? AgentId)> Tasks) : MasterCall;

public sealed record AcceptInverseOffers(IReadOnlyList<string> OfferIds, TimeSpan Refuse) : MasterCall;

public sealed record DeclineInverseOffers(IReadOnlyList<string> OfferIds, TimeSpan Refuse) : MasterCall;

/// <summary>Kills everything the framework runs: never in a normal code path.</summary>
public sealed record TeardownFramework : MasterCall;

/// <summary>A task as it is launched by the command executor.</summary>
/// <param name="Command">Run by <c>sh -c</c> in the sandbox.</param>
/// <param name="MaxCompletionTime">Mesos kills the task after this long.</param>
public sealed record TaskLaunch(
    string TaskId, string Name, TaskResources Resources, string Command, IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<FetchUri> Uris, IReadOnlyDictionary<string, string> Labels, TimeSpan KillGrace, TimeSpan? MaxCompletionTime,
    HealthCheck? Health, string? Image, string? User)
{
    /// <summary>What it may use above its resources; null: as much as they say.</summary>
    public TaskLimits? Limits { get; init; }

    /// <summary>What of the agent's files its container sees. Only with an image: without one it sees all.</summary>
    public IReadOnlyList<ContainerVolume> Volumes { get; init; } = [];

    public ContainerKind Container { get; init; } = ContainerKind.Mesos;
}

/// <summary>TaskInfo.limits (Mesos 1.10, on agents with control groups). Null leaves the resource's own amount; infinity is no limit.</summary>
public sealed record TaskLimits(double? Cpus, double? MemoryMb);

/// <summary>A file or directory of the agent, at the same place in the container.</summary>
public sealed record ContainerVolume(string Path, bool ReadOnly);

/// <summary>Which containerizer of the agent runs an image.</summary>
public enum ContainerKind
{
    /// <summary>Mesos' own (<c>--image_providers=docker</c>); no engine is needed.</summary>
    Mesos,

    /// <summary>The Docker engine of the agent (<c>--containerizers=docker,mesos</c>).</summary>
    Docker,
}

/// <summary>What the task takes out of the offer; units as in <see cref="OfferedResources"/>.</summary>
public sealed record TaskResources(decimal Cpus, decimal MemoryMb, decimal DiskMb, IReadOnlyList<int> Ports);

public sealed record FetchUri(string Uri, string? OutputFile, bool Executable, bool Extract, bool Cache);

/// <summary>A liveness check that the agent runs and that kills the task after so many failures in a row.</summary>
public sealed record HealthCheck(
    HealthCheckKind Kind, int Port, string? Path, string? Scheme, TimeSpan Delay, TimeSpan Interval, TimeSpan Timeout, TimeSpan Grace,
        int ConsecutiveFailures);

public enum HealthCheckKind
{
    Http,
    Tcp,
}

/// <summary>Who we are to the master (FrameworkInfo). Sent in full with every SUBSCRIBE.</summary>
/// <param name="FrameworkId">Null only before the very first subscription.</param>
/// <param name="FailoverTimeout">At least a week: afterwards the master kills everything of the framework.</param>
public sealed record FrameworkDescription(
    string? FrameworkId, string Name, string User, string Role, string? Principal, TimeSpan FailoverTimeout,
    string Hostname, string? WebUiUrl, bool StartSuppressed);
