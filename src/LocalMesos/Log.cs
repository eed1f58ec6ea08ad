namespace Pipeline.LocalMesos;

/// <summary>Ids 6000 to 6499.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Information, "Cluster {Cluster}: master at {Master}, {Agents} agents")]
    public static partial void Ready(this ILogger log, string cluster, string master, int agents);

    [LoggerMessage(6001, LogLevel.Warning, "Killed {Count} process groups that an earlier run left behind")]
    public static partial void OrphansKilled(this ILogger log, int count);

    [LoggerMessage(6002, LogLevel.Information, "Stopping all tasks")]
    public static partial void Stopping(this ILogger log);

    [LoggerMessage(6004, LogLevel.Warning, "Limits of memory, processes and CPU are not enforced: {Reason}")]
    public static partial void LimitsNotEnforced(this ILogger log, string reason);

    [LoggerMessage(6003, LogLevel.Warning, "Removed {Count} containers that an earlier run left behind")]
    public static partial void OrphanContainersRemoved(this ILogger log, int count);
}
