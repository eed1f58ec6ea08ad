namespace Pipeline.LocalMesos.Tasks;

/// <summary>Why a task ends.</summary>
internal enum TaskEndReason
{
    /// <summary>Its command exited, or a signal that was not ours ended it.</summary>
    Exited,

    /// <summary>The scheduler or an operator killed it.</summary>
    Killed,

    /// <summary>Its health check failed too often in a row.</summary>
    Unhealthy,

    /// <summary>Its sandbox grew over its disk.</summary>
    DiskLimitReached,

    /// <summary>It ran for its whole <c>max_completion_time</c>.</summary>
    MaxCompletionTimeReached,
}
