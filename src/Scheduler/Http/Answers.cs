using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Sandboxes;

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

    public static ProblemHttpResult UnknownAgent(string cluster, string id) => TypedResults.Problem(
        statusCode: 404, type: "agent-not-found", title: "There is no such agent.", detail: $"'{id}' is neither id nor host of an agent of cluster {cluster}.",
        extensions: Hint($"GET /api/v1/clusters/{cluster}/agents lists them."));

    public static ProblemHttpResult UnknownRequest(string cluster, string id) => TypedResults.Problem(
        statusCode: 404, type: "request-not-found", title: "There is no such request.", detail: $"'{id}' is not a request of cluster {cluster}.",
        extensions: Hint($"GET /api/v1/clusters/{cluster}/requests lists them."));

    public static ProblemHttpResult UnknownDeploy(string cluster, string id) => TypedResults.Problem(
        statusCode: 404, type: "deploy-not-found", title: "There is no such deploy.", detail: $"'{id}' is not a deploy of cluster {cluster}.",
        extensions: Hint($"GET /api/v1/clusters/{cluster}/deploys lists them."));

    public static ProblemHttpResult Sandbox(string id, SandboxProblem problem) => problem.Fault switch
    {
        SandboxFault.NotStarted => OfSandbox(409, "task-not-started", $"Task {id} has no sandbox yet.", problem,
            $"GET /api/v1/tasks/{id}/why says what it waits for."),
        SandboxFault.Gone => OfSandbox(410, "sandbox-gone", $"The sandbox of task {id} is gone.", problem,
            $"GET /api/v1/tasks/{id} still tells how it ended; the logs of a build's steps are kept with the build."),
        SandboxFault.NoSuchFile => OfSandbox(404, "file-not-found", "There is no such file.", problem,
            $"GET /api/v1/tasks/{id}/files lists what is there."),
        SandboxFault.NotAFile => OfSandbox(400, "not-a-file", "It is not a file.", problem,
            $"GET /api/v1/tasks/{id}/files?path= lists a directory."),
        SandboxFault.AgentUnreachable => OfSandbox(503, "agent-unreachable", "The agent cannot be read now.", problem,
            "Try again; when the agent does not come back, its sandboxes are lost."),
    };

    /// <summary>Nothing was ever measured.</summary>
    public static ProblemHttpResult Usage(string id, SandboxProblem problem) => problem.Fault switch
    {
        SandboxFault.Gone => OfSandbox(410, "usage-gone", $"What task {id} used is not known.", problem,
            "Usage is measured while a task runs and somebody looks; nothing of it is stored."),
        SandboxFault.NotStarted => OfSandbox(409, "task-not-started", $"Task {id} has no container yet.", problem,
            $"GET /api/v1/tasks/{id}/why says what it waits for."),
        SandboxFault.NoSuchFile or SandboxFault.NotAFile or SandboxFault.AgentUnreachable => OfSandbox(
            503, "agent-unreachable", "The agent cannot be asked now.", problem, "Try again; what was measured before is kept for ten minutes."),
    };

    private static ProblemHttpResult OfSandbox(int status, string type, string title, SandboxProblem problem, string hint) =>
        TypedResults.Problem(statusCode: status, type: type, title: title, detail: problem.Detail, extensions: Hint(hint));

    /// <returns>Null when both are good.</returns>
    public static ProblemHttpResult? BadPage(string? cursor, int? limit) =>
        limit is < 1 or > MostLimit ? Bad("limit", $"'{limit}' is not a number of rows.", $"Give 1 to {MostLimit}.")
        : cursor is not null && TextCursor.TryParse(cursor) is null
            ? Bad("cursor", "The cursor is not one that this server gave.", "Start without a cursor.")
        : null;

    public static ProblemHttpResult Bad(string field, string detail, string hint) => TypedResults.Problem(
        statusCode: 400, type: "invalid-parameter", title: $"The parameter {field} is not valid.", detail: detail, extensions: Hint(hint));

    public static Dictionary<string, object?> Hint(string hint) => new() { ["hint"] = hint };
}
