using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Http;

/// <summary>Agents, racks and forced placement: their state, the reasons for it, and what operators change.</summary>
internal static class MachineEndpoints
{
    private static readonly Dictionary<string, PlacementStrategy?> Strategies = Enum.GetValues<PlacementStrategy>()
        .ToDictionary(s => RowText.Kebab(s.ToString()), s => (PlacementStrategy?)s, StringComparer.Ordinal);

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
            var word = RowText.Kebab(action.ToString());
            operate.MapPost(
                $"/agents/{{id}}/{word}", (string name, string id, MachineBody? body, [AsParameters] Operator op, CancellationToken ct) =>
                Act(op.Commands.AgentAsync, action, name, id, body, op, ct)).WithName($"agent-{word}");
            operate.MapPost(
                $"/racks/{{id}}/{word}", (string name, string id, MachineBody? body, [AsParameters] Operator op, CancellationToken ct) =>
                Act(op.Commands.RackAsync, action, name, id, body, op, ct)).WithName($"rack-{word}");
        }

        operate.MapPut("/placement", ForcePlacement).WithName("cluster-placement");
        operate.MapDelete("/placement", FreePlacement).WithName("cluster-placement-end");
    }

    private static async Task<Results<Ok<Page<RackView>>, ProblemHttpResult>> Racks(
        string name, SchedulerQueries queries, CancellationToken ct) =>
        await queries.ClusterAsync(name, ct) is null
            ? Problems.UnknownCluster(name)
            : TypedResults.Ok(new Page<RackView>(await queries.RacksAsync(name, ct), null));

    private static async Task<Results<Ok<PlacementForcedView>, NoContent, ProblemHttpResult>> Placement(
        string name, SchedulerQueries queries, CancellationToken ct) =>
        await queries.ClusterAsync(name, ct) is null ? Problems.UnknownCluster(name)
            : await queries.PlacementForcedAsync(name, ct) is { } forced ? TypedResults.Ok(forced)
            : TypedResults.NoContent();

    private static async Task<Results<Ok<AgentView>, ProblemHttpResult>> Agent(
        string name, string id, SchedulerQueries queries, CancellationToken ct) =>
        await queries.AgentAsync(name, id, ct) is { } agent ? TypedResults.Ok(agent) : Problems.UnknownAgent(name, id);

    private static async Task<Results<Ok<WhyView>, ProblemHttpResult>> WhyAgent(
        string name, string id, SchedulerQueries queries, WhyQueries why, CancellationToken ct) =>
        await queries.AgentAsync(name, id, ct) is { } agent ? TypedResults.Ok(await why.AgentAsync(agent, ct))
            : Problems.UnknownAgent(name, id);

    private static async Task<Results<Ok<WhyView>, ProblemHttpResult>> WhyRequest(
        string name, string id, SchedulerQueries queries, WhyQueries why, CancellationToken ct) =>
        await queries.RequestAsync(name, id, ct) is { } request && await why.RequestAsync(request, ct) is { } view
            ? TypedResults.Ok(view)
            : Problems.UnknownRequest(name, id);

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Act(
        Command command, MachineAction action, string name, string id, MachineBody? body, Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("atExpiry", body?.AtExpiry is null or "revert" or "kill", "Give revert or kill.");
        fields.Require(
            "atExpiry", body?.AtExpiry is null || body.DurationSeconds is not null,
                "It needs durationSeconds: without it nothing expires.");
        fields.Require("atExpiry", body?.AtExpiry is not "kill" || action is MachineAction.Drain or MachineAction.Decommission,
            "Only a drain or a decommission can kill what is left.");
        var details = fields.Details(body?.Reason, body?.DurationSeconds);
        return op.SendAsync(name, fields, caller => command(caller, name, id, action, body?.AtExpiry == "kill", details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> ForcePlacement(
        string name, PlacementBody body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        PlacementStrategy? strategy = null;
        fields.Require(
            "strategy", body.Strategy is null || Strategies.TryGetValue(body.Strategy, out strategy),
            $"Give one of {string.Join(", ", Strategies.Keys)}.");
        fields.Require("strategy", body.Strategy is not null || body.RackSensitive is not null,
            "Give a strategy, rackSensitive, or both; DELETE on the same path lets requests decide again.");
        var details = fields.Details(body.Reason);
        return op.SendAsync(name, fields, caller => op.Commands.PlaceAsync(caller, name, strategy, body.RackSensitive, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> FreePlacement(
        string name, string? reason, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(reason);
        return op.SendAsync(name, fields, caller => op.Commands.PlaceAsync(caller, name, null, null, details, ct), ct);
    }

    private delegate Task<OperatorAnswer> Command(
        Caller caller, string cluster, string name, MachineAction action, bool killAtExpiry, ActionDetails details, CancellationToken ct);
}
