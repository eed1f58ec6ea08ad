using Microsoft.AspNetCore.Diagnostics;

namespace Pipeline.Server.Api;

/// <summary>What model binding throws is the caller's mistake: 400 with the reason, never 500.</summary>
public sealed class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
            return false;
        httpContext.Response.StatusCode = bad.StatusCode;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails =
            {
                Status = bad.StatusCode,
                Title = "The request is not valid.",
                Detail = bad.InnerException is System.Text.Json.JsonException json ? json.Message : bad.Message,
            },
        });
    }
}
