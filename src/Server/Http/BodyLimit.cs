using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Server.Http;

/// <summary>Who is not signed in may send only as much as a form of ours has, and to the endpoints of tasks as much as a report. What may
/// be larger (a log, an artifact) is read once the task's token is known. Deliveries have a limit of their own.</summary>
internal sealed class BodyLimit(RequestDelegate next)
{
    /// <summary>In bytes.</summary>
    public const long Largest = 64 * 1024;

    /// <summary>In bytes: the report of a task with hundreds of artifacts.</summary>
    public const long LargestReport = 1024 * 1024;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var most = request.Path.StartsWithSegments("/runner") ? LargestReport : Largest;
        if (context.User.Identity is not { IsAuthenticated: true } && !request.Path.StartsWithSegments("/hooks")
            && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit
            && (limit.MaxRequestBodySize is not { } already || already > most))
            limit.MaxRequestBodySize = most;
        return next(context);
    }
}
