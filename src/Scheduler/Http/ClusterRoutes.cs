using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler.Http;

/// <summary>The shape that objects of a cluster share in the API: everybody who may look sees one by its id, operators change it.</summary>
internal static class ClusterRoutes
{
    public const string Cluster = "/api/v1/clusters/{name}";

    /// <param name="plural"><c>requests</c>: under which its ids are found.</param>
    public static void MapOne<TView>(
        this IEndpointRouteBuilder routes, string plural, string name, Func<SchedulerQueries, string, string, CancellationToken, Task<TView?>> find,
        Func<string, string, ProblemHttpResult> unknown)
        where TView : class
    {
        async Task<Results<Ok<TView>, ProblemHttpResult>> Get(string name, string id, SchedulerQueries queries, CancellationToken ct) =>
            await find(queries, name, id, ct) is { } found ? TypedResults.Ok(found) : unknown(name, id);

        routes.MapGet($"{Cluster}/{plural}/{{id}}", Get).RequireAuthorization(Permission.View).WithTags("scheduler").WithName(name);
    }

    /// <summary>What operators do under a path of a cluster; ids of requests, deploys and runs in it are looked at first.</summary>
    public static RouteGroupBuilder Operate(this IEndpointRouteBuilder routes, string path = "") =>
        routes.MapGroup(Cluster + path).RequireAuthorization(Permission.Operate).WithTags("scheduler").AddEndpointFilter(CleanText.IdFilter);
}
