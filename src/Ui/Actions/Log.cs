namespace Pipeline.Ui.Actions;

/// <summary>Messages of actions: 7510–7519.</summary>
internal static partial class Log
{
    [LoggerMessage(7510, LogLevel.Error, "The action {Action} of a page failed")]
    public static partial void ActionFailed(ILogger logger, string action, Exception error);

    [LoggerMessage(7511, LogLevel.Warning, "A session could not be checked because the database did not answer; it is checked again soon")]
    public static partial void SessionNotChecked(ILogger logger, Exception error);
}
