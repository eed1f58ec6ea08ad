namespace Pipeline.LoadBalancers;

internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Warning, "The routes to applications could not be refreshed; the previous ones stay in force")]
    public static partial void ProxyNotRefreshed(ILogger logger, Exception exception);
}
