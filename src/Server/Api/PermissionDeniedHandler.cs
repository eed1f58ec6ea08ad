using Microsoft.AspNetCore.Diagnostics;
using Pipeline.Kernel;

namespace Pipeline.Server.Api;

/// <summary>
/// What a command refused for want of a permission: 401 to somebody who is not signed in, else 403, with the permission's name.
/// </summary>
internal sealed class PermissionDeniedHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not PermissionDeniedException denied)
            return false;
        var status = denied.Caller.IsAnonymous ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        httpContext.Response.StatusCode = status;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails =
            {
                Status = status,
                Title = "The caller may not do this.",
                Detail = denied.Message,
                Extensions = { ["permission"] = denied.Permission },
            },
        });
    }
}
