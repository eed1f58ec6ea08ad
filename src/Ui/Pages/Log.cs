namespace Pipeline.Ui.Pages;

/// <summary>Messages of the pages: 7502–7599.</summary>
internal static partial class Log
{
    [LoggerMessage(7502, LogLevel.Warning, "A page could not be refreshed; it keeps what it shows")]
    public static partial void RefreshFailed(ILogger logger, Exception error);
}
