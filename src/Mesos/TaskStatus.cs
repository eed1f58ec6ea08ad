namespace Pipeline.Mesos;

/// <summary>The state of a task at some time.</summary>
/// <param name="Uuid">Null for updates of the master itself, which must not be acknowledged.</param>
/// <param name="Healthy">The latest result of the Mesos health check; null before the first.</param>
public sealed record TaskStatus(
    string TaskId, TaskState State, string? AgentId, string? Source, string? Reason, string? Message,
    byte[]? Uuid, bool? Healthy, DateTimeOffset? Timestamp, string? ContainerId, string? ContainerAddress);

/// <summary>The states of the Mesos v1 API; an unknown value becomes <see cref="Unknown"/>.</summary>
public enum TaskState
{
    /// <summary>The agent has not acknowledged the launch yet.</summary>
    Staging,

    /// <summary>The executor has the task.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It is being killed.</summary>
    Killing,

    /// <summary>Terminal: exit status 0.</summary>
    Finished,

    /// <summary>Terminal: another exit status, a limit, or a launch that failed.</summary>
    Failed,

    /// <summary>Terminal: killed by us, or by its health check.</summary>
    Killed,

    /// <summary>Terminal: the description of the task is invalid.</summary>
    Error,

    /// <summary>Terminal for frameworks that are not partition-aware.</summary>
    Lost,

    /// <summary>Terminal: it never ran.</summary>
    Dropped,

    /// <summary>Its agent is unreachable; it may come back.</summary>
    Unreachable,

    /// <summary>Terminal: its agent does not know it.</summary>
    Gone,

    /// <summary>Terminal: an operator marked its agent gone.</summary>
    GoneByOperator,

    /// <summary>The master does not know it, or we do not know the state.</summary>
    Unknown,
}
