using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Http;

/// <summary>Clusters and the lists of what is in one.</summary>
internal static class ClusterEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/clusters").RequireAuthorization(Permission.View).WithTags("clusters");
        group.MapGet("", List).WithName("cluster-list");
        group.MapGet("/{name}", Get).WithName("cluster-get");
        var lists = group.MapGroup("/{name}").AddEndpointFilter(RequireClusterAsync);
        lists.MapGet("/agents", Agents).WithName("cluster-agents");
        lists.MapGet("/offers", Offers).WithName("cluster-offers");
        lists.MapGet("/offers/declined", Declined).WithName("cluster-offers-declined");
        group.MapGet("/{name}/loop", Loop).WithName("cluster-loop");
        lists.MapGet("/pending", Pending).WithName("cluster-pending");
        lists.MapGet("/tasks", Tasks).WithName("cluster-tasks");
        lists.MapGet("/requests", Requests).WithName("cluster-requests");
        lists.MapGet("/deploys", Deploys).WithName("cluster-deploys");
        group.MapPost("/{name}/reconcile", Reconcile).RequireAuthorization(Permission.Operate).WithName("cluster-reconcile");
    }

    /// <summary>A cluster that does not exist has no empty lists: its name is misspelt.</summary>
    private static async ValueTask<object?> RequireClusterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var name = (string)http.GetRouteValue("name")!;
        var queries = http.RequestServices.GetRequiredService<SchedulerQueries>();
        return await queries.ClusterAsync(name, http.RequestAborted) is null ? Problems.UnknownCluster(name) : await next(context);
    }

    private static async Task<Ok<Page<ClusterView>>> List(SchedulerQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<ClusterView>(await queries.ClustersAsync(ct), null));

    private static async Task<Results<Ok<ClusterView>,
        ProblemHttpResult>> Get(string name, SchedulerQueries queries, CancellationToken ct) =>
        await queries.ClusterAsync(name, ct) is { } cluster ? TypedResults.Ok(cluster) : Problems.UnknownCluster(name);

    private static async Task<Ok<Page<AgentView>>> Agents(string name, SchedulerQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<AgentView>(await queries.AgentsAsync(name, ct), null));

    private static Ok<Page<OfferView>> Offers(string name, SchedulerQueries queries) =>
        TypedResults.Ok(new Page<OfferView>(queries.Offers(name), null));

    private static Ok<Page<DeclinedOfferView>> Declined(string name, SchedulerQueries queries) =>
        TypedResults.Ok(new Page<DeclinedOfferView>(queries.Declined(name), null));

    private static async Task<Results<Ok<LoopView>, ProblemHttpResult>> Loop(string name, SchedulerQueries queries, CancellationToken ct)
    {
        if (queries.Loop(name) is { } loop)
            return TypedResults.Ok(loop);
        return await queries.ClusterAsync(name, ct) is not { } cluster
            ? Problems.UnknownCluster(name)
            : TypedResults.Problem(
                statusCode: 409, type: "not-the-leader", title: "This server does not lead the cluster.",
                detail: cluster.Leader is null ? $"{name} has no leader now."
                    : $"{cluster.Leader} leads {name} and shows the state of its loop.",
                extensions: Problems.Hint("Send the request to the leader; every other request is answered by any server."));
    }

    private static async Task<Ok<Page<PendingView>>> Pending(string name, SchedulerQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<PendingView>(await queries.PendingAsync(name, ct), null));

    private static async Task<Results<Ok<Page<TaskView>>, ProblemHttpResult>> Tasks(
        string name, bool? active, string? request, string? cursor, int? limit, SchedulerQueries queries, CancellationToken ct) =>
        Problems.BadPage(cursor, limit) is { } bad
            ? bad
            : TypedResults.Ok(await queries.TasksAsync(
                new TaskFilter(name, request, ActiveOnly: active ?? false), cursor, limit ?? Problems.DefaultLimit, ct));

    private static async Task<Ok<Page<RequestView>>> Requests(string name, SchedulerQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<RequestView>(await queries.RequestsAsync(name, ct), null));

    private static async Task<Results<Ok<Page<DeployView>>, ProblemHttpResult>> Deploys(
        string name, string? request, string? cursor, int? limit, SchedulerQueries queries, CancellationToken ct) =>
        Problems.BadPage(cursor, limit) is { } bad
            ? bad
            : TypedResults.Ok(await queries.DeploysAsync(name, request, cursor, limit ?? Problems.DefaultLimit, ct));

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Reconcile(
        string name, [AsParameters] Operator op, CancellationToken ct) =>
        op.SendAsync(name, new FieldErrors(), caller => op.Commands.ReconcileAsync(caller, name, new ActionDetails(), ct), ct);
}
