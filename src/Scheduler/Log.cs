using Microsoft.Extensions.Logging;

namespace Pipeline.Scheduler;

internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Information, "Leads cluster {Cluster} in epoch {Epoch}: {Tasks} live tasks taken up")]
    public static partial void Leads(ILogger log, string cluster, long epoch, int tasks);

    [LoggerMessage(4001, LogLevel.Error, "The loop of cluster {Cluster} stopped; it is taken up again from the database")]
    public static partial void LoopStopped(ILogger log, Exception error, string cluster);

    [LoggerMessage(4002, LogLevel.Warning, "{Call} did not reach the master: {Error}")]
    public static partial void CallFailed(ILogger log, string call, string error);

    [LoggerMessage(4003, LogLevel.Error, "The subscription to cluster {Cluster} ended: {End}, {Reason}")]
    public static partial void SubscriptionEnded(ILogger log, string cluster, string end, string reason);

    [LoggerMessage(4004, LogLevel.Warning, "Cluster {Cluster}: nothing is written or sent any more, standing by. {Reason}")]
    public static partial void Fenced(ILogger log, string cluster, string reason);

    [LoggerMessage(4005, LogLevel.Information, "History of cluster {Cluster}: {Tasks} ended tasks purged")]
    public static partial void Purged(ILogger log, string cluster, int tasks);

    [LoggerMessage(4006, LogLevel.Warning, "The history of cluster {Cluster} could not be purged now: {Error}")]
    public static partial void PurgeFailed(ILogger log, string cluster, string error);

    [LoggerMessage(4007, LogLevel.Warning, "The term of cluster {Cluster} ends, the next begins from the rows: {Reason}")]
    public static partial void TermEnded(ILogger log, Exception error, string cluster, string reason);

    [LoggerMessage(4008, LogLevel.Warning, "The leader of cluster {Cluster} said nothing for {Seconds} s, it is frozen or cut off: its session is ended")]
    public static partial void LeaderSilent(ILogger log, string cluster, double seconds);
}
