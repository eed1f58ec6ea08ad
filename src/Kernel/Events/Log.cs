using Microsoft.Extensions.Logging;

namespace Pipeline.Kernel.Events;

/// <summary>Messages of the kernel: 7500–7501 (as the live feed always had them).</summary>
internal static partial class Log
{
    [LoggerMessage(7500, LogLevel.Warning, "The live feed lost its connection; pages show old data until it is back")]
    public static partial void FeedLost(ILogger logger, Exception error);

    [LoggerMessage(7501, LogLevel.Error, "A subscriber of the live feed failed and was removed")]
    public static partial void SubscriberFailed(ILogger logger, Exception error);
}
