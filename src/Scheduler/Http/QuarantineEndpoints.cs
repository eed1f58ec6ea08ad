using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Http;

/// <summary>What needs an operator: objects in quarantine, and a framework that was failed over or removed.</summary>
internal static class QuarantineEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/clusters/{name}").RequireAuthorization(Permission.View).WithTags("clusters");
        group.MapGet("/quarantine", List).WithName("quarantine-list");
        group.MapPost("/quarantine/{id:long}/release", Release).RequireAuthorization(Permission.Operate).WithName("quarantine-release");
        group.MapPost("/framework/reset", Reset).RequireAuthorization(Permission.Operate).WithName("framework-reset");
    }

    private static async Task<Ok<Page<QuarantineView>>> List(string name, QuarantineQueries queries, CancellationToken ct) =>
        TypedResults.Ok(new Page<QuarantineView>(await queries.ListAsync(name, ct), null));

    private static async Task<Results<Accepted, ProblemHttpResult>> Release(
        string name, long id, QuarantineCommands commands, ClaimsPrincipal user, CancellationToken ct) =>
        await commands.ReleaseAsync(Caller.Of(user), name, id, ct)
            ? TypedResults.Accepted($"/api/v1/clusters/{name}/quarantine")
            : TypedResults.Problem(
                statusCode: 404, type: "quarantine-entry-not-found", title: "There is no such quarantine entry.",
                detail: $"Cluster {name} has no open entry {id}.",
                extensions: Problems.Hint($"GET /api/v1/clusters/{name}/quarantine lists them."));

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Reset(
        string name, FrameworkResetBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("confirm", body?.Confirm is "take-over" or "drop-id",
            "Give \"take-over\" to subscribe again with the id we have, or \"drop-id\" to forget it and start every task anew.");
        return op.SendAsync(
            name, fields, caller => op.Commands.ResetFrameworkAsync(caller, name, body?.Confirm == "drop-id", new ActionDetails(), ct), ct);
    }
}
