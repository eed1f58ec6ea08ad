namespace Pipeline.Ui.Actions.Sessions;

/// <summary>Messages of sessions: 7511.</summary>
internal static partial class Log
{
    [LoggerMessage(7511, LogLevel.Warning, "A session could not be checked because the database did not answer; it is checked again soon")]
    public static partial void SessionNotChecked(ILogger logger, Exception error);
}
