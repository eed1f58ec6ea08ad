using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.ArtifactStore.Http;

internal static class Problems
{
    public static ProblemHttpResult NotADigest(string field, string? found) =>
        BadInput(field, $"'{found}' is not a digest: expected sha256: and 64 hex digits.");

    /// <summary>400 that names the field and the remedy.</summary>
    public static ProblemHttpResult BadInput(string field, string detail) => TypedResults.Problem(
        statusCode: 400, type: "invalid-input", title: "The request is not valid", detail: detail,
        extensions: new Dictionary<string, object?> { ["errors"] = new[] { new { pointer = "/" + field, detail } } });

    /// <summary>409: a stored release is no longer what was built.</summary>
    public static ProblemHttpResult Altered(string words) => TypedResults.Problem(
        statusCode: 409, type: "release-altered", title: "The release was changed from outside", detail: words);
}
