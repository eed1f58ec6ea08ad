using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Http;

/// <summary>The two parameters that every list takes.</summary>
internal sealed record PageQuery(Cursor? After, int Limit)
{
    public static ProblemHttpResult? Read(string? cursor, int? limit, out PageQuery page)
    {
        page = new PageQuery(Cursor.TryParse(cursor), limit ?? 30);
        if (!string.IsNullOrEmpty(cursor) && page.After is null)
            return Invalid("cursor", "must be the next of an earlier page.");
        return page.Limit is < 1 or > 200 ? Invalid("limit", "must be between 1 and 200.") : null;
    }

    public static ProblemHttpResult Invalid(string field, string message) => TypedResults.Problem(
        statusCode: 400,
        type: "invalid-request",
        title: $"{field} {message}",
        extensions: new Dictionary<string, object?> { ["errors"] = new[] { new { pointer = $"/{field}", detail = message } } });
}
