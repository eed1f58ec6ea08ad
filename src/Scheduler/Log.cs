using Microsoft.Extensions.Logging;

namespace Pipeline.Scheduler;

/// <summary>What the scheduler logs: event ids 4000 to 4999.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Information, "Leads cluster {Cluster} in epoch {Epoch}: {Tasks} live tasks recovered")]
    public static partial void Leads(ILogger log, string cluster, long epoch, int tasks);

    [LoggerMessage(4001, LogLevel.Error, "The loop of cluster {Cluster} stopped; it starts again from the database")]
    public static partial void LoopStopped(ILogger log, Exception error, string cluster);

    [LoggerMessage(4002, LogLevel.Warning, "{Call} did not reach the master: {Error}")]
    public static partial void CallFailed(ILogger log, string call, string error);

    [LoggerMessage(4003, LogLevel.Error, "The subscription to cluster {Cluster} ended: {End}, {Reason}")]
    public static partial void SubscriptionEnded(ILogger log, string cluster, string end, string reason);

    [LoggerMessage(
        4004, LogLevel.Warning,
        "Cluster {Cluster}: another server leads, so this one writes and sends nothing more and stands by. {Reason}")]
    public static partial void Fenced(ILogger log, string cluster, string reason);

    [LoggerMessage(4005, LogLevel.Information, "History of cluster {Cluster}: {Tasks} ended tasks purged")]
    public static partial void Purged(ILogger log, string cluster, int tasks);

    [LoggerMessage(4006, LogLevel.Warning, "The history of cluster {Cluster} could not be purged now: {Error}")]
    public static partial void PurgeFailed(ILogger log, string cluster, string error);

    [LoggerMessage(4007, LogLevel.Warning, "The term of cluster {Cluster} ended, the next begins from the database: {Reason}")]
    public static partial void TermEnded(ILogger log, Exception error, string cluster, string reason);

    [LoggerMessage(4008, LogLevel.Warning,
        "The leader of cluster {Cluster} was silent for {Seconds} s (frozen or cut off): its session was ended")]
    public static partial void LeaderSilent(ILogger log, string cluster, double seconds);
}
