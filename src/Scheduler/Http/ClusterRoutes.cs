using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Http;

/// <summary>The shape that objects of a cluster share in the API: whoever may view sees one by its id, operators change it.</summary>
internal static class ClusterRoutes
{
    public const string Cluster = "/api/v1/clusters/{name}";

    /// <param name="routes">The routes of the slice.</param>
    /// <param name="plural"><c>requests</c>: under which its ids are found.</param>
    /// <param name="name">The name of the endpoint.</param>
    /// <param name="find">Looks it up.</param>
    /// <param name="unknown">The answer when it does not exist.</param>
    public static void MapOne<TView>(
        this IEndpointRouteBuilder routes, string plural, string name,
        Func<SchedulerQueries, string, string, CancellationToken, Task<TView?>> find,
        Func<string, string, ProblemHttpResult> unknown)
        where TView : class
    {
        async Task<Results<Ok<TView>, ProblemHttpResult>> Get(string name, string id, SchedulerQueries queries, CancellationToken ct) =>
            await find(queries, name, id, ct) is { } found ? TypedResults.Ok(found) : unknown(name, id);

        routes.MapGet($"{Cluster}/{plural}/{{id}}", Get).RequireAuthorization(Permission.View).WithTags("scheduler").WithName(name);
    }

    /// <summary>What operators do under a path of a cluster; ids of requests, deploys and runs in it are looked at first.</summary>
    public static RouteGroupBuilder MapOperations(this IEndpointRouteBuilder routes, string path = "") =>
        routes.MapGroup(Cluster + path).RequireAuthorization(Permission.Operate).WithTags("scheduler")
            .AddEndpointFilter(PathId.Filter);
}
