namespace Pipeline.LocalMesos;

internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Information, "Cluster {Cluster}: master at {Master}, {Agents} agents")]
    public static partial void Ready(this ILogger log, string cluster, string master, int agents);

    [LoggerMessage(6001, LogLevel.Warning, "Killed {Count} process groups that an earlier run left behind")]
    public static partial void LeftoversKilled(this ILogger log, int count);

    [LoggerMessage(6002, LogLevel.Information, "Ending all tasks")]
    public static partial void Stopping(this ILogger log);
}
