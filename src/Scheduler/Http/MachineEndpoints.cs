using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Http;

/// <param name="DurationSeconds">It ends by itself after so long.</param>
/// <param name="AtExpiry">Then: <c>revert</c> to the state before (the default), or <c>kill</c> what is left on it (drain and decommission).</param>
public sealed record MachineBody(double? DurationSeconds, string? AtExpiry, string? Reason);

/// <param name="Strategy"><c>balanced</c>, <c>greedy</c>, <c>separate-by-deploy</c>, <c>separate-by-request</c>, <c>optimistic</c>,
/// <c>spread-all</c>; null: as each request says.</param>
/// <param name="RackSensitive">Null: as each request says.</param>
public sealed record PlacementBody(string? Strategy, bool? RackSensitive, string? Reason);

/// <summary>What operators do to agents and racks, and why these are as they are.</summary>
internal static class MachineEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var view = routes.MapGroup("/api/v1/clusters/{name}").RequireAuthorization(Permission.View).WithTags("clusters");
        view.MapGet("/racks", Racks).WithName("cluster-racks");
        view.MapGet("/placement", Placement).WithName("cluster-placement-get");
        view.MapGet("/agents/{id}", Agent).WithName("agent-get");
        view.MapGet("/agents/{id}/why", WhyAgent).WithName("agent-why");
        view.MapGet("/requests/{id}/why", WhyRequest).WithName("request-why");
        var operate = routes.MapGroup("/api/v1/clusters/{name}").RequireAuthorization(Permission.Operate).WithTags("clusters");
        foreach (var action in Enum.GetValues<MachineAction>())
        {
            var word = Data.RowText.Kebab(action.ToString());
            operate.MapPost($"/agents/{{id}}/{word}", (string name, string id, MachineBody? body, [AsParameters] Asker asker, CancellationToken ct) =>
                Act(MachineKind.Agent, action, name, id, body, asker, ct)).WithName($"agent-{word}");
            operate.MapPost($"/racks/{{id}}/{word}", (string name, string id, MachineBody? body, [AsParameters] Asker asker, CancellationToken ct) =>
                Act(MachineKind.Rack, action, name, id, body, asker, ct)).WithName($"rack-{word}");
        }

        operate.MapPut("/placement", ForcePlacement).WithName("cluster-placement");
        operate.MapDelete("/placement", FreePlacement).WithName("cluster-placement-end");
    }

    private static async Task<Results<Ok<Page<RackView>>, ProblemHttpResult>> Racks(string name, SchedulerQueries queries, CancellationToken ct) =>
        await queries.ClusterAsync(name, ct) is null
            ? Answers.UnknownCluster(name)
            : TypedResults.Ok(new Page<RackView>(await queries.RacksAsync(name, ct), null));

    private static async Task<Results<Ok<PlacementForcedView>, NoContent, ProblemHttpResult>> Placement(
        string name, SchedulerQueries queries, CancellationToken ct) =>
        await queries.ClusterAsync(name, ct) is null ? Answers.UnknownCluster(name)
            : await queries.PlacementForcedAsync(name, ct) is { } forced ? TypedResults.Ok(forced)
            : TypedResults.NoContent();

    private static async Task<Results<Ok<AgentView>, ProblemHttpResult>> Agent(
        string name, string id, SchedulerQueries queries, CancellationToken ct) =>
        await queries.AgentAsync(name, id, ct) is { } agent ? TypedResults.Ok(agent) : Answers.UnknownAgent(name, id);

    private static async Task<Results<Ok<WhyView>, ProblemHttpResult>> WhyAgent(
        string name, string id, SchedulerQueries queries, WhyQueries why, CancellationToken ct) =>
        await queries.AgentAsync(name, id, ct) is { } agent ? TypedResults.Ok(await why.AgentAsync(agent, ct)) : Answers.UnknownAgent(name, id);

    private static async Task<Results<Ok<WhyView>, ProblemHttpResult>> WhyRequest(
        string name, string id, SchedulerQueries queries, WhyQueries why, CancellationToken ct) =>
        await queries.RequestAsync(name, id, ct) is { } request && await why.RequestAsync(request, ct) is { } view
            ? TypedResults.Ok(view)
            : Answers.UnknownRequest(name, id);

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Act(
        MachineKind kind, MachineAction action, string name, string id, MachineBody? body, Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("atExpiry", body?.AtExpiry is null or "revert" or "kill", "Give revert or kill.");
        fields.Require("atExpiry", body?.AtExpiry is null || body.DurationSeconds is not null, "It needs durationSeconds: nothing expires without.");
        fields.Require("atExpiry", body?.AtExpiry is not "kill" || action is MachineAction.Drain or MachineAction.Decommission,
            "Only a drain or a decommission can kill what is left.");
        var by = asker.By(fields, body?.Reason, body?.DurationSeconds);
        return asker.AskAsync(name, id, fields, new MachineCommand(kind, id, action, body?.AtExpiry == "kill", by), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> ForcePlacement(
        string name, PlacementBody body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var words = Enum.GetValues<PlacementStrategy>().ToDictionary(s => Data.RowText.Kebab(s.ToString()), s => (PlacementStrategy?)s, StringComparer.Ordinal);
        PlacementStrategy? strategy = null;
        fields.Require("strategy", body.Strategy is null || words.TryGetValue(body.Strategy, out strategy), $"Give one of {string.Join(", ", words.Keys)}.");
        fields.Require("strategy", body.Strategy is not null || body.RackSensitive is not null,
            "Give a strategy, rackSensitive, or both; DELETE on the same path lets requests decide again.");
        return asker.AskAsync(name, name, fields, new ForcePlacementCommand(strategy, body.RackSensitive, asker.By(fields, body.Reason, null)), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> FreePlacement(
        string name, string? reason, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(name, name, fields, new ForcePlacementCommand(null, null, asker.By(fields, reason, null)), ct);
    }
}
