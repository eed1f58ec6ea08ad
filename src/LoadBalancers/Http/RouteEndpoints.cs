using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.LoadBalancers.Contract;
using Pipeline.LoadBalancers.Contract.Commands;
using Pipeline.LoadBalancers.Contract.Queries;

namespace Pipeline.LoadBalancers.Http;

/// <summary><c>/api/v1/routes</c>: who has which route, and what answers there.</summary>
internal static class RouteEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/routes").WithTags("Routes");
        group.MapGet("", List).RequireAuthorization(Permission.View).WithName("route-list");
        group.MapPost("/transfer", Transfer).RequireAuthorization(Permission.Operate).WithName("route-transfer");
        group.MapPost("/release", Release).RequireAuthorization(Permission.Operate).WithName("route-release");
    }

    private static async Task<Ok<Page<TrafficRoute>>> List(TrafficQueries traffic, CancellationToken ct) =>
        TypedResults.Ok(new Page<TrafficRoute>(await traffic.ListAsync(ct), null));

    private static async Task<Results<Ok<RouteChanged>, ProblemHttpResult>> Transfer(
        TransferRequest request, RouteCommands commands, ClaimsPrincipal user, CancellationToken ct) => Answer(
        await commands.TransferAsync(
            Caller.Of(user), request.Stage, request.Route, new RepositoryId(request.Repository), request.Deployable, request.Reason, ct));

    private static async Task<Results<Ok<RouteChanged>, ProblemHttpResult>> Release(
        ReleaseRequest request, RouteCommands commands, ClaimsPrincipal user, CancellationToken ct) =>
        Answer(await commands.ReleaseAsync(Caller.Of(user), request.Stage, request.Route, request.Reason, ct));

    private static Results<Ok<RouteChanged>, ProblemHttpResult> Answer(RouteOutcome outcome) => outcome switch
    {
        RouteOutcome.Done done => TypedResults.Ok(new RouteChanged(done.Sentence)),
        RouteOutcome.Invalid i => Problem(
            StatusCodes.Status400BadRequest, "invalid-request", "The request is not valid", i.Sentence,
            ("errors", new[] { new { pointer = "/" + i.Field, detail = i.Sentence } })),
        RouteOutcome.Unknown u => Problem(StatusCodes.Status404NotFound, "not-found", "There is no such route", u.Sentence),
        RouteOutcome.Conflict c => Problem(
            StatusCodes.Status409Conflict, c.Code, "The route stays as it is", c.Sentence, ("hint", c.Hint)),
        _ => throw new InvariantViolatedException($"No answer to {outcome.GetType().Name}"),
    };

    private static ProblemHttpResult Problem(int status, string code, string title, string detail, params (string, object?)[] more) =>
        TypedResults.Problem(
            statusCode: status, type: code, title: title, detail: detail, extensions: more.ToDictionary(m => m.Item1, m => m.Item2));
}

/// <summary>A route to give to another deployable.</summary>
/// <param name="Repository">The id of the new owner's repository.</param>
internal sealed record TransferRequest(string Stage, string Route, Guid Repository, string Deployable, string Reason);

/// <summary>A route to take from its owner.</summary>
internal sealed record ReleaseRequest(string Stage, string Route, string Reason);

/// <summary>What was done.</summary>
internal sealed record RouteChanged(string Detail);
