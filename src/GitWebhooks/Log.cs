using Microsoft.Extensions.Logging;

namespace Pipeline.GitWebhooks;

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Warning, "Delivery refused: {Reason}")]
    public static partial void DeliveryRefused(ILogger logger, string reason);

    [LoggerMessage(1002, LogLevel.Information, "Delivery {DeliveryId} ({Event}) processed: {Outcome}")]
    public static partial void DeliveryProcessed(ILogger logger, Guid deliveryId, string @event, string outcome);

    [LoggerMessage(1003, LogLevel.Warning, "Status {Context} of {Sha} did not get through (attempt {Attempt}): {Reason}")]
    public static partial void StatusNotSent(ILogger logger, string context, string sha, int attempt, string reason);

    [LoggerMessage(1004, LogLevel.Error, "The status sweep failed; the next one runs within a second")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(1006, LogLevel.Warning, "A delivery names {Repository} differently; what was known stays in force: {Reason}")]
    public static partial void RepositoryNotRead(ILogger logger, string repository, string reason);

    [LoggerMessage(1005, LogLevel.Information, "Repository {Repository} registered for {FullName}")]
    public static partial void RepositoryAdded(ILogger logger, Guid repository, string fullName);

    [LoggerMessage(1007, LogLevel.Error, "The sweep of deliveries failed; the next one runs within a second")]
    public static partial void DeliverySweepFailed(ILogger logger, Exception exception);
}
