namespace Pipeline.Server.Ui;

/// <summary>Messages of the pages: 7500–7599.</summary>
internal static partial class Log
{
    [LoggerMessage(7500, LogLevel.Warning, "The live feed lost its connection; pages show old data until it is back")]
    public static partial void FeedLost(ILogger logger, Exception error);

    [LoggerMessage(7501, LogLevel.Error, "A subscriber of the live feed failed and was removed")]
    public static partial void SubscriberFailed(ILogger logger, Exception error);

    [LoggerMessage(7502, LogLevel.Warning, "A page could not be refreshed; it keeps what it shows")]
    public static partial void RefreshFailed(ILogger logger, Exception error);
}
