using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core;

namespace Pipeline.Scheduler.Http;

internal static class ClusterEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/clusters").RequireAuthorization(Permission.View).WithTags("clusters");
        group.MapGet("", List).WithName("cluster-list");
        group.MapGet("/{name}", Get).WithName("cluster-get");
        group.MapGet("/{name}/agents", Agents).WithName("cluster-agents");
        group.MapGet("/{name}/offers", Offers).WithName("cluster-offers");
        group.MapGet("/{name}/offers/declined", Declined).WithName("cluster-offers-declined");
        group.MapGet("/{name}/loop", Loop).WithName("cluster-loop");
        group.MapGet("/{name}/pending", Pending).WithName("cluster-pending");
        group.MapGet("/{name}/tasks", Tasks).WithName("cluster-tasks");
        group.MapGet("/{name}/requests", Requests).WithName("cluster-requests");
        group.MapGet("/{name}/deploys", Deploys).WithName("cluster-deploys");
        group.MapPost("/{name}/reconcile", Reconcile).RequireAuthorization(Permission.Operate).WithName("cluster-reconcile");
    }

    private static async Task<Ok<Page<ClusterView>>> List(SchedulerQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<ClusterView>(await queries.ClustersAsync(ct), null));

    private static async Task<Results<Ok<ClusterView>,
        ProblemHttpResult>> Get(string name, SchedulerQueries queries, CancellationToken ct) =>
        await queries.ClusterAsync(name, ct) is { } cluster ? TypedResults.Ok(cluster) : Answers.UnknownCluster(name);

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
            ? Answers.UnknownCluster(name)
            : TypedResults.Problem(
                statusCode: 409, type: "not-the-leader", title: "This server does not lead the cluster.",
                detail: cluster.Leader is null ? $"Nobody leads {name} now." : $"{name} is led by {cluster.Leader}, which knows how its loop stands.",
                extensions: Answers.Hint("Ask the server that leads; everything else is answered by any server."));
    }

    private static async Task<Ok<Page<PendingView>>> Pending(string name, SchedulerQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<PendingView>(await queries.PendingAsync(name, ct), null));

    private static async Task<Results<Ok<Page<TaskView>>, ProblemHttpResult>> Tasks(
        string name, bool? active, string? request, string? cursor, int? limit, SchedulerQueries queries, CancellationToken ct) =>
        Answers.BadPage(cursor, limit) is { } bad
            ? bad
            : TypedResults.Ok(await queries.TasksAsync(
                new TaskFilter(name, request, ActiveOnly: active ?? false), cursor, limit ?? Answers.DefaultLimit, ct));

    private static async Task<Ok<Page<RequestView>>> Requests(string name, SchedulerQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<RequestView>(await queries.RequestsAsync(name, ct), null));

    private static async Task<Results<Ok<Page<DeployView>>, ProblemHttpResult>> Deploys(
        string name, string? request, string? cursor, int? limit, SchedulerQueries queries, CancellationToken ct) =>
        Answers.BadPage(cursor, limit) is { } bad
            ? bad
            : TypedResults.Ok(await queries.DeploysAsync(name, request, cursor, limit ?? Answers.DefaultLimit, ct));

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Reconcile(
        string name, [AsParameters] Asker asker, CancellationToken ct) =>
        asker.AskAsync(name, name, new FieldErrors(), new ReconciliationAsked(asker.Actor), ct);
}
