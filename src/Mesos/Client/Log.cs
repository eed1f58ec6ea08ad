using Microsoft.Extensions.Logging;

namespace Pipeline.Mesos.Client;

internal static partial class Log
{
    [LoggerMessage(6500, LogLevel.Information, "Subscribed as {FrameworkId} to the master at {Master}")]
    public static partial void Subscribed(this ILogger log, string frameworkId, string master);

    [LoggerMessage(6501, LogLevel.Warning, "No subscription: {Reason}")]
    public static partial void Disconnected(this ILogger log, string reason);

    [LoggerMessage(6502, LogLevel.Error, "The subscription ended for good ({End}): {Reason}")]
    public static partial void SubscriptionEnded(this ILogger log, SubscriptionEnd end, string reason);
}
