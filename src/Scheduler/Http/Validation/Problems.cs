using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Http.Validation;

/// <summary>Problems that several endpoints share.</summary>
internal static class Problems
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
        statusCode: 404, type: "agent-not-found", title: "There is no such agent.",
            detail: $"'{id}' is neither the id nor the host of an agent of cluster {cluster}.",
        extensions: Hint($"GET /api/v1/clusters/{cluster}/agents lists them."));

    public static ProblemHttpResult UnknownRequest(string cluster, string id) => TypedResults.Problem(
        statusCode: 404, type: "request-not-found", title: "There is no such request.",
            detail: $"'{id}' is not a request of cluster {cluster}.",
        extensions: Hint($"GET /api/v1/clusters/{cluster}/requests lists them."));

    public static ProblemHttpResult UnknownDeploy(string cluster, string id) => TypedResults.Problem(
        statusCode: 404, type: "deploy-not-found", title: "There is no such deploy.",
            detail: $"'{id}' is not a deploy of cluster {cluster}.",
        extensions: Hint($"GET /api/v1/clusters/{cluster}/deploys lists them."));

    public static ProblemHttpResult Sandbox(string id, SandboxProblem problem) => problem.Fault switch
    {
        SandboxFault.NotStarted => OfSandbox(409, "task-not-started", $"Task {id} has no sandbox yet.", problem,
            $"GET /api/v1/tasks/{id}/why shows what it waits for."),
        SandboxFault.Gone => OfSandbox(410, "sandbox-gone", $"The sandbox of task {id} is gone.", problem,
            $"GET /api/v1/tasks/{id} still shows how it ended; the logs of a build's steps are kept with the build."),
        SandboxFault.NoSuchFile => OfSandbox(404, "file-not-found", "There is no such file.", problem,
            $"GET /api/v1/tasks/{id}/files lists what is there."),
        SandboxFault.NotAFile => OfSandbox(400, "not-a-file", "The path is not a file.", problem,
            $"GET /api/v1/tasks/{id}/files?path= lists a directory."),
        SandboxFault.AgentUnreachable => OfSandbox(503, "agent-unreachable", "The agent is unreachable.", problem,
            "Try again. If the agent does not return, its sandboxes are lost."),
    };

    /// <summary>Nothing was ever measured.</summary>
    public static ProblemHttpResult Usage(string id, SandboxProblem problem) => problem.Fault switch
    {
        SandboxFault.Gone => OfSandbox(410, "usage-gone", $"The usage of task {id} is not known.", problem,
            "Usage is measured while a task runs and somebody looks at it; it is not stored."),
        SandboxFault.NotStarted => OfSandbox(409, "task-not-started", $"Task {id} has no container yet.", problem,
            $"GET /api/v1/tasks/{id}/why shows what it waits for."),
        SandboxFault.NoSuchFile or SandboxFault.NotAFile or SandboxFault.AgentUnreachable => OfSandbox(
            503, "agent-unreachable", "The agent is unreachable.", problem, "Try again; earlier measurements are kept for ten minutes."),
    };

    private static ProblemHttpResult OfSandbox(int status, string type, string title, SandboxProblem problem, string hint) =>
        TypedResults.Problem(statusCode: status, type: type, title: title, detail: problem.Detail, extensions: Hint(hint));

    /// <returns>Null when both are good.</returns>
    public static ProblemHttpResult? BadPage(string? cursor, int? limit) =>
        limit is < 1 or > MostLimit ? Bad("limit", $"'{limit}' is not a number of rows.", $"Give 1 to {MostLimit}.")
        : cursor is not null && TextCursor.TryParse(cursor) is null
            ? Bad("cursor", "This server did not issue the cursor.", "Start without a cursor.")
        : null;

    public static ProblemHttpResult Bad(string field, string detail, string hint) => TypedResults.Problem(
        statusCode: 400, type: "invalid-parameter", title: $"The parameter {field} is not valid.", detail: detail, extensions: Hint(hint));

    public static Dictionary<string, object?> Hint(string hint) => new() { ["hint"] = hint };

    /// <summary>The leader's refusal of a command, with what to do about it.</summary>
    public static ProblemHttpResult Refused(OperatorAnswer answer) => TypedResults.Problem(
        statusCode: answer.Status, type: answer.Code, title: "The scheduler refused the command.", detail: answer.Detail,
        extensions: Hint(HintFor(answer.Code!)));

    private static string HintFor(string code) => code switch
    {
        "large-scale-down" => "Confirm the drop with \"acknowledged\": true.",
        "request-paused" => "Unpause the request first, or deploy with unpause.",
        "bounce-under-way" => "Wait for the bounce, or end it with DELETE on the same path.",
        "not-subscribed" => "GET on the cluster shows its master and the state of the connection.",
        "too-many-runs" => "Wait for a run to end, or cancel one.",
        "not-found" => "GET /api/v1/requests lists the requests, GET /api/v1/tasks the tasks.",
        _ => "GET on the object shows its state.",
    };
}
