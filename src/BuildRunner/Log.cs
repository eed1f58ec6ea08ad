using Microsoft.Extensions.Logging;

namespace Pipeline.BuildRunner;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Error, "The build sweep failed; the next one runs within a second")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(2002, LogLevel.Information, "Task {TaskId} reported its result: {Outcome} {Reason}")]
    public static partial void ResultReceived(ILogger logger, string taskId, string outcome, string? reason);
}
