using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Http;

/// <param name="Reason">For the journal; may be left out.</param>
/// <param name="Destroy">Without grace.</param>
/// <param name="Replace">Of a service: only once another instance is healthy in its place.</param>
public sealed record KillRequest(string? Reason, bool? Destroy, bool? Replace);

internal static class TaskEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").RequireAuthorization(Permission.View).WithTags("scheduler");
        group.MapGet("/tasks", List).WithName("task-list");
        group.MapGet("/tasks/{id}", Get).WithName("task-get");
        group.MapGet("/tasks/{id}/why", Why).WithName("task-why");
        group.MapGet("/tasks/{id}/usage", Usage).WithName("task-usage").WithDescription(
            "Measured by the agent, from the first look on: ask again every few seconds. With points, 'problem' says why there is no newer one.");
        group.MapPost("/tasks/{id}/kill", Kill).RequireAuthorization(Permission.Operate).WithName("task-kill");
        group.MapGet("/requests", Requests).WithName("request-list");
        group.MapGet("/deploys", Deploys).WithName("deploy-list");
    }

    private static async Task<Results<Ok<Page<TaskView>>, ProblemHttpResult>> List(
        string? cluster, string? request, string? deploy, string? commit, bool? active, string? cursor, int? limit,
            SchedulerQueries queries, CancellationToken ct)
    {
        if (Answers.BadPage(cursor, limit) is { } bad)
            return bad;
        CommitSha? sha = null;
        if (commit is not null)
        {
            if (!CommitSha.TryParse(commit, out var parsed))
                return Answers.Bad("commit", $"'{commit}' is not a commit.", "Give all 40 hex digits.");
            sha = parsed;
        }

        var filter = new TaskFilter(cluster, request, deploy, sha, active ?? false);
        return TypedResults.Ok(await queries.TasksAsync(filter, cursor, limit ?? Answers.DefaultLimit, ct));
    }

    private static async Task<Results<Ok<TaskDetails>, ProblemHttpResult>> Get(string id, SchedulerQueries queries, CancellationToken ct) =>
        await queries.TaskAsync(id, ct) is { } task ? TypedResults.Ok(task) : Answers.UnknownTask(id);

    private static async Task<Results<Ok<WhyView>, ProblemHttpResult>> Why(string id, WhyQueries queries, CancellationToken ct) =>
        await queries.TaskAsync(id, ct) is { } why ? TypedResults.Ok(why) : Answers.UnknownTask(id);

    private static async Task<Results<Ok<TaskUsageView>, ProblemHttpResult>> Usage(string id, TaskUsage usage, CancellationToken ct)
    {
        if (await usage.LookAsync(id, ct) is not { } view)
            return Answers.UnknownTask(id);
        return view.Points.Count == 0 && usage.ProblemOf(id) is { } problem ? Answers.Usage(id, problem) : TypedResults.Ok(view);
    }

    private static async Task<Results<Accepted<CommandView>, ProblemHttpResult>> Kill(
        string id, KillRequest? request, SchedulerQueries queries, SchedulerCommands commands, HttpContext http, CancellationToken ct)
    {
        if (await queries.TaskAsync(id, ct) is not { Task: var task })
            return Answers.UnknownTask(id);
        var fields = new FieldErrors();
        fields.Reason(request?.Reason);
        fields.Require("replace", !(request is { Destroy: true, Replace: true }), "A task cannot be destroyed at once and replaced first: choose one.");
        return fields.Problem() is { } bad
            ? bad
            : await CommandEndpoints.AskAsync(
                commands, task.Cluster, id,
                new KillTaskCommand(id, request?.Reason ?? "no reason given", Actor.Of(http.User), request?.Destroy ?? false,
                    request?.Replace ?? false), ct);
    }

    private static async Task<Ok<Page<RequestView>>> Requests(string? cluster, SchedulerQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<RequestView>(await queries.RequestsAsync(cluster, ct), null));

    private static async Task<Results<Ok<Page<DeployView>>, ProblemHttpResult>> Deploys(
        string? cluster, string? request, string? cursor, int? limit, SchedulerQueries queries, CancellationToken ct) =>
        Answers.BadPage(cursor, limit) is { } bad
            ? bad
            : TypedResults.Ok(await queries.DeploysAsync(cluster, request, cursor, limit ?? Answers.DefaultLimit, ct));
}
