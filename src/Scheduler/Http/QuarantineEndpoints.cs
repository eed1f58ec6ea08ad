using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Http;

/// <param name="Confirm"><c>take-over</c>: subscribe again with the id we have. <c>drop-id</c>: forget it; every task starts anew.</param>
public sealed record FrameworkResetBody(string? Confirm);

/// <summary>What waits for a person: objects in quarantine, and a framework that was failed over or removed.</summary>
internal static class QuarantineEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/clusters/{name}").RequireAuthorization(Permission.View).WithTags("clusters");
        group.MapGet("/quarantine", List).WithName("quarantine-list");
        group.MapPost("/quarantine/{id:long}/release", Release).RequireAuthorization(Permission.Operate).WithName("quarantine-release");
        group.MapPost("/framework/reset", Reset).RequireAuthorization(Permission.Operate).WithName("framework-reset");
    }

    private static async Task<Ok<Page<QuarantineView>>> List(string name, Quarantine store, CancellationToken ct) =>
        TypedResults.Ok(new Page<QuarantineView>(await store.ListAsync(name, ct), null));

    private static async Task<Results<Accepted, ProblemHttpResult>> Release(
        string name, long id, Quarantine store, ClaimsPrincipal who, CancellationToken ct) =>
        await store.ReleaseAsync(name, id, Actor.Of(who), ct)
            ? TypedResults.Accepted($"/api/v1/clusters/{name}/quarantine")
            : TypedResults.Problem(
                statusCode: 404, type: "quarantine-entry-not-found", title: "Nothing is set aside under this number.",
                detail: $"Cluster {name} has no open entry {id}.",
                extensions: Answers.Hint($"GET /api/v1/clusters/{name}/quarantine lists them."));

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Reset(
        string name, FrameworkResetBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("confirm", body?.Confirm is "take-over" or "drop-id",
            "Say how to go on: \"take-over\" subscribes again with the id we have; \"drop-id\" forgets it, and everything is started anew.");
        return asker.AskAsync(name, name, fields, new ResetFrameworkCommand(body?.Confirm == "drop-id", asker.Actor), ct);
    }
}
