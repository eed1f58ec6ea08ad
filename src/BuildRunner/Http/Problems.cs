using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.BuildRunner.Http;

/// <summary>Refusals as RFC 9457 problems: a stable code, what happened, what to do.</summary>
internal static class Problems
{
    /// <summary>404, with the name of what is not there and where to find what is.</summary>
    public static ProblemHttpResult NotFound(string detail, string hint) => TypedResults.Problem(
        statusCode: StatusCodes.Status404NotFound, type: "not-found", title: "There is no such object.", detail: detail,
        extensions: new Dictionary<string, object?> { ["hint"] = hint });

    /// <summary>404 for a build.</summary>
    public static ProblemHttpResult NoBuild(Guid id) => NotFound(
        $"There is no build {id}.", "GET /api/v1/repositories/{repository}/builds lists the builds of a repository.");

    /// <summary>404 for a repository.</summary>
    public static ProblemHttpResult NoRepository(Guid id) => NotFound(
        $"There is no repository {id}.", "GET /api/v1/repositories lists the repositories.");

    /// <summary>400, with the field that is wrong.</summary>
    public static ProblemHttpResult Invalid(string field, string message) => TypedResults.Problem(
        statusCode: StatusCodes.Status400BadRequest,
        type: "invalid-request",
        title: $"{field} {message}",
        extensions: new Dictionary<string, object?> { ["errors"] = new[] { new { pointer = $"/{field}", detail = message } } });

    /// <summary>400 when the text cannot be stored; null when it can.</summary>
    public static ProblemHttpResult? Unstorable(string field, string? text) => text?.Contains('\0', StringComparison.Ordinal) == true
        ? Invalid(field, "holds a NUL character (\\u0000), which cannot be stored. Remove it.")
        : null;
}
