namespace Pipeline.Ui.Actions;

/// <summary>Messages of actions: 7510, 7512–7519.</summary>
internal static partial class Log
{
    [LoggerMessage(7510, LogLevel.Error, "The action {Action} of a page failed")]
    public static partial void ActionFailed(ILogger logger, string action, Exception error);
}
