using System.Diagnostics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Kernel;

namespace Pipeline.Server.Api;

/// <summary>RFC 9457 problems: an absolute <c>type</c> that a page explains, the stable <c>code</c>, a trace id.</summary>
internal static class Problems
{
    /// <summary>400 <c>invalid-request</c>; <paramref name="pointer"/> is a JSON Pointer (RFC 6901) to the field.</summary>
    public static ProblemHttpResult Invalid(string pointer, string detail) => TypedResults.Problem(
        statusCode: StatusCodes.Status400BadRequest,
        type: "invalid-request",
        title: "The request is not valid.",
        detail: detail,
        extensions: new Dictionary<string, object?> { ["errors"] = new[] { new { pointer, detail } } });

    /// <summary>404 <c>not-found</c>.</summary>
    public static ProblemHttpResult NotFound(string what) => TypedResults.Problem(
        statusCode: StatusCodes.Status404NotFound, type: "not-found", title: "There is no such object.", detail: what);

    /// <summary>Refused before anything looked at what was asked for.</summary>
    public static ProblemHttpResult Refused(int status, string code, string title, string detail) =>
        TypedResults.Problem(statusCode: status, type: code, title: title, detail: detail);

    /// <summary>Completes every problem that leaves the server.</summary>
    public static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var request = context.HttpContext.Request;
        var code = CodeOf(problem);
        // Routing refuses it, before anything of ours sees it.
        if (problem.Status == StatusCodes.Status415UnsupportedMediaType)
            problem.Detail ??= "The body is not declared as what this takes: JSON is sent with Content-Type: application/json.";
        if (problem.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
            problem.Detail ??= Denied(context.HttpContext);
        problem.Type = $"{request.Scheme}://{request.Host}/problems/{code}";
        problem.Extensions["code"] = code;
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
    }

    // The first rule of the endpoint that the caller does not meet; null where the refusal has another cause.
    private static string? Denied(HttpContext http)
    {
        var caller = Caller.Of(http.User);
        var missing = http.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>()
            .Select(rule => rule.Policy).LastOrDefault(policy => policy is not null && !caller.Has(policy));
        return missing is null ? null : new PermissionDeniedException(caller, missing).Message;
    }

    private static string CodeOf(ProblemDetails problem)
    {
        // What the framework makes by itself carries a link to RFC 9110; ours is a bare word.
        if (problem.Type is { Length: > 0 } type && !type.Contains(':', StringComparison.Ordinal))
            return type;
        return problem.Status switch
        {
            400 => "invalid-request",
            401 => "sign-in-required",
            403 => "not-allowed",
            404 => "not-found",
            405 => "method-not-allowed",
            409 => "conflict",
            413 => "too-large",
            415 => "unsupported-media-type",
            429 => "quota-exceeded",
            _ => "internal-error",
        };
    }
}
