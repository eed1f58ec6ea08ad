using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Http;

/// <summary>Deploys and runs that are under way, and the freeze of a cluster's launches.</summary>
internal static class DeployEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOne("deploys", "deploy-get", (queries, cluster, id, ct) => queries.DeployAsync(cluster, id, ct), Answers.UnknownDeploy);
        routes.MapGet("/api/v1/clusters/{name}/priority-freeze", Frozen).RequireAuthorization(Permission.View).WithTags("scheduler")
            .WithName("cluster-freeze-get");
        var group = routes.Operate();
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
            return Answers.UnknownCluster(name);
        return await queries.PriorityFreezeAsync(name, ct) is { } freeze ? TypedResults.Ok(freeze) : TypedResults.NoContent();
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Advance(
        string name, string id, AdvanceBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("decision", body?.Decision is null or "accept" or "reject", "Say accept or reject.");
        fields.Require("reason", body?.Decision != "reject" || !string.IsNullOrWhiteSpace(body.Reason), "Say why it is rejected.");
        fields.Reason(body?.Reason);
        return asker.AskAsync(name, id, fields, new AdvanceDeployCommand(id, body?.Decision != "reject", body?.Reason, asker.Actor), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Cancel(
        string name, string id, ReasonBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Reason(body?.Reason);
        return asker.AskAsync(name, id, fields, new CancelDeployCommand(id, body?.Reason ?? "no reason given", asker.Actor), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> CancelRun(
        string name, string id, ReasonBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Reason(body?.Reason);
        return asker.AskAsync(name, id, fields, new CancelRunCommand(id, body?.Reason ?? "no reason given", asker.Actor), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Freeze(
        string name, FreezeBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("level", body?.Level is > 0 and <= 1, "Give a number above 0, up to 1.");
        var by = asker.By(fields, body?.Reason, body?.DurationSeconds);
        return asker.AskAsync(name, name, fields, new FreezeLaunchesCommand(body?.Level, body?.Kill ?? false, by), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Thaw(
        string name, string? reason, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(name, name, fields, new FreezeLaunchesCommand(null, false, asker.By(fields, reason, null)), ct);
    }
}
