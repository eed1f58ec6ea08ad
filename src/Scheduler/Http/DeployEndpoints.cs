using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Http;

/// <summary>Deploys and runs in progress, and the priority freeze of a cluster.</summary>
internal static class DeployEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOne("deploys", "deploy-get", (queries, cluster, id, ct) => queries.DeployAsync(cluster, id, ct), Problems.UnknownDeploy);
        routes.MapGet("/api/v1/clusters/{name}/priority-freeze", Frozen).RequireAuthorization(Permission.View).WithTags("scheduler")
            .WithName("cluster-freeze-get");
        var group = routes.MapOperations();
        group.MapPost("/deploys/{id}/advance", Advance).WithName("deploy-advance");
        group.MapPost("/deploys/{id}/cancel", Cancel).WithName("deploy-cancel");
        group.MapPost("/runs/{id}/cancel", CancelRun).WithName("run-cancel");
        group.MapPost("/priority-freeze", Freeze).WithName("cluster-freeze");
        group.MapDelete("/priority-freeze", Thaw).WithName("cluster-freeze-end");
    }

    private static async Task<Results<Ok<PriorityFreezeView>, NoContent, ProblemHttpResult>> Frozen(
        string name, SchedulerQueries queries, CancellationToken ct)
    {
        if (await queries.ClusterAsync(name, ct) is null)
            return Problems.UnknownCluster(name);
        return await queries.PriorityFreezeAsync(name, ct) is { } freeze ? TypedResults.Ok(freeze) : TypedResults.NoContent();
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Advance(
        string name, string id, AdvanceBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("decision", body?.Decision is null or "accept" or "reject", "Give accept or reject.");
        fields.Require("reason", body?.Decision != "reject" || !string.IsNullOrWhiteSpace(body.Reason), "Say why it is rejected.");
        var details = fields.Details(body?.Reason);
        return op.SendAsync(
            name, fields, caller => op.Commands.AdvanceAsync(caller, name, id, body?.Decision != "reject", details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Cancel(
        string name, string id, ReasonBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(body?.Reason);
        return op.SendAsync(name, fields, caller => op.Commands.CancelDeployAsync(caller, name, id, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> CancelRun(
        string name, string id, ReasonBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(body?.Reason);
        return op.SendAsync(name, fields, caller => op.Commands.CancelRunAsync(caller, name, id, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Freeze(
        string name, FreezeBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("level", body?.Level is > 0 and <= 1, "Give a number above 0, up to 1.");
        var details = fields.Details(body?.Reason, body?.DurationSeconds);
        return op.SendAsync(
            name, fields, caller => op.Commands.FreezePrioritiesAsync(caller, name, body?.Level, body?.Kill ?? false, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Thaw(
        string name, string? reason, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(reason);
        return op.SendAsync(name, fields, caller => op.Commands.FreezePrioritiesAsync(caller, name, null, false, details, ct), ct);
    }
}
