using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.People.Http;

internal static class Problems
{
    /// <summary>400 <c>invalid-request</c>; <paramref name="pointer"/> is a JSON Pointer (RFC 6901) to the field.</summary>
    public static ProblemHttpResult Invalid(string pointer, string detail) => TypedResults.Problem(
        statusCode: StatusCodes.Status400BadRequest,
        type: "invalid-request",
        title: "The request is not valid.",
        detail: detail,
        extensions: new Dictionary<string, object?> { ["errors"] = new[] { new { pointer, detail } } });
}
