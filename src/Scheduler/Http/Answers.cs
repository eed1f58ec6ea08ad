using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Http;

/// <summary>Problems that several endpoints share.</summary>
internal static class Answers
{
    public const int DefaultLimit = 30;
    private const int MostLimit = 200;

    public static ProblemHttpResult UnknownCluster(string name) => TypedResults.Problem(
        statusCode: 404, type: "cluster-not-found", title: "There is no such cluster.",
            detail: $"'{name}' is not a cluster of this server.",
        extensions: Hint("GET /api/v1/clusters lists them; they are configured under Clusters."));

    public static ProblemHttpResult UnknownTask(string id) => TypedResults.Problem(
        statusCode: 404, type: "task-not-found", title: "There is no such task.", detail: $"'{id}' is not a task that this server knows.",
        extensions: Hint("GET /api/v1/tasks lists them."));

    /// <returns>Null when both are good.</returns>
    public static ProblemHttpResult? BadPage(string? cursor, int? limit) =>
        limit is < 1 or > MostLimit ? Bad("limit", $"'{limit}' is not a number of rows.", $"Give 1 to {MostLimit}.")
        : cursor is not null && TextCursor.TryParse(cursor) is null
            ? Bad("cursor", "The cursor is not one that this server gave.", "Start without a cursor.")
        : null;

    public static ProblemHttpResult Bad(string field, string detail, string hint) => TypedResults.Problem(
        statusCode: 400, type: "invalid-parameter", title: $"The parameter {field} is not valid.", detail: detail, extensions: Hint(hint));

    private static Dictionary<string, object?> Hint(string hint) => new() { ["hint"] = hint };
}
