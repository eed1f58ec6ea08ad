using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Http;

/// <summary>Tasks of every cluster, and the requests and deploys of every cluster.</summary>
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
        if (Problems.BadPage(cursor, limit) is { } bad)
            return bad;
        CommitSha? sha = null;
        if (commit is not null)
        {
            if (!CommitSha.TryParse(commit, out var parsed))
                return Problems.Bad("commit", $"'{commit}' is not a commit.", "Give all 40 hex digits.");
            sha = parsed;
        }

        var filter = new TaskFilter(cluster, request, deploy, sha, active ?? false);
        return TypedResults.Ok(await queries.TasksAsync(filter, cursor, limit ?? Problems.DefaultLimit, ct));
    }

    private static async Task<Results<Ok<TaskDetails>, ProblemHttpResult>> Get(string id, SchedulerQueries queries, CancellationToken ct) =>
        await queries.TaskAsync(id, ct) is { } task ? TypedResults.Ok(task) : Problems.UnknownTask(id);

    private static async Task<Results<Ok<WhyView>, ProblemHttpResult>> Why(string id, WhyQueries queries, CancellationToken ct) =>
        await queries.TaskAsync(id, ct) is { } why ? TypedResults.Ok(why) : Problems.UnknownTask(id);

    private static async Task<Results<Ok<TaskUsageView>, ProblemHttpResult>> Usage(string id, TaskUsage usage, CancellationToken ct)
    {
        if (await usage.LookAsync(id, ct) is not { } view)
            return Problems.UnknownTask(id);
        return view.Points.Count == 0 && usage.ProblemOf(id) is { } problem ? Problems.Usage(id, problem) : TypedResults.Ok(view);
    }

    private static async Task<Results<Accepted<CommandView>, ProblemHttpResult>> Kill(
        string id, KillRequest? request, [AsParameters] Operator op, CancellationToken ct)
    {
        if (await op.Queries.TaskAsync(id, ct) is not { Task.Cluster: var cluster })
            return Problems.UnknownTask(id);
        var (destroy, replace) = (request?.Destroy ?? false, request?.Replace ?? false);
        var fields = new FieldErrors();
        var details = fields.Details(request?.Reason);
        fields.Require("replace", !(destroy && replace), "A task cannot be destroyed at once and replaced first: choose one.");
        return await op.SendAsync(cluster, fields, caller => op.Commands.KillAsync(caller, cluster, id, destroy, replace, details, ct), ct);
    }

    private static async Task<Ok<Page<RequestView>>> Requests(string? cluster, SchedulerQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<RequestView>(await queries.RequestsAsync(cluster, ct), null));

    private static async Task<Results<Ok<Page<DeployView>>, ProblemHttpResult>> Deploys(
        string? cluster, string? request, string? cursor, int? limit, SchedulerQueries queries, CancellationToken ct) =>
        Problems.BadPage(cursor, limit) is { } bad
            ? bad
            : TypedResults.Ok(await queries.DeploysAsync(cluster, request, cursor, limit ?? Problems.DefaultLimit, ct));
}
