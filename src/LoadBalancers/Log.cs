namespace Pipeline.LoadBalancers;

internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Warning, "The routes to applications could not be refreshed; the previous ones stay in force")]
    public static partial void ProxyNotRefreshed(ILogger logger, Exception exception);

    [LoggerMessage(7001, LogLevel.Warning,
        "{RequestId} in {Stage} gets no traffic: {Route} cannot be a route. Promote a release with another one")]
    public static partial void RouteRefused(ILogger logger, string requestId, string? stage, string? route);

    [LoggerMessage(7002, LogLevel.Information, "Applications are served at {Addresses}")]
    public static partial void TrafficServed(ILogger logger, string addresses);
}
