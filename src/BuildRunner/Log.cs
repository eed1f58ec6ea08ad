using Microsoft.Extensions.Logging;

namespace Pipeline.BuildRunner;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Error, "The build sweep failed; it goes on with the next tick")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(2002, LogLevel.Information, "Task {TaskId} told its result: {Outcome} {Reason}")]
    public static partial void ResultReceived(ILogger logger, string taskId, string outcome, string? reason);
}
