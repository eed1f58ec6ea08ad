using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Http;

/// <summary>What operators do to a request. Every answer is the leader's: accepted, refused with the reason, or where to look for
/// it.</summary>
internal static class RequestEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOne("requests", "request-get", (queries, cluster, id, ct) => queries.RequestAsync(cluster, id, ct),
            Problems.UnknownRequest);
        var group = routes.MapOperations("/requests/{id}");
        group.MapDelete("", Remove).WithName("request-remove");
        group.MapPost("/scale", Scale).WithName("request-scale");
        group.MapDelete("/scale", EndScale).WithName("request-scale-end");
        group.MapPost("/pause", Pause).WithName("request-pause");
        group.MapDelete("/pause", Unpause).WithName("request-pause-end");
        group.MapPost("/unpause", Unpause).WithName("request-unpause");
        group.MapPost("/bounce", Bounce).WithName("request-bounce");
        group.MapDelete("/bounce", EndBounce).WithName("request-bounce-end");
        group.MapPost("/skip-health", SkipHealth).WithName("request-skip-health");
        group.MapDelete("/skip-health", EndSkipHealth).WithName("request-skip-health-end");
        group.MapPost("/priority", Priority).WithName("request-priority");
        group.MapDelete("/priority", EndPriority).WithName("request-priority-end");
        group.MapPost("/exit-cooldown", ExitCooldown).WithName("request-exit-cooldown");
        group.MapPost("/run", Run).WithName("request-run");
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Remove(
        string name, string id, [AsParameters] Operator op, CancellationToken ct) =>
        op.SendAsync(name, new FieldErrors(), caller => op.Commands.RemoveAsync(caller, name, id, new ActionDetails(), ct), ct);

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Scale(
        string name, string id, ScaleBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("instances", body?.Instances is >= 0, "Give the number of instances, from 0.");
        var details = fields.Details(body?.Reason, body?.DurationSeconds);
        var target = new ScaleTarget(body?.Instances ?? 0, body?.Acknowledged ?? false, body?.Bounce ?? false);
        return op.SendAsync(name, fields, caller => op.Commands.ScaleAsync(caller, name, id, target, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> EndScale(
        string name, string id, bool? acknowledged, string? reason, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(reason);
        return op.SendAsync(name, fields, caller => op.Commands.EndScaleAsync(caller, name, id, acknowledged ?? false, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Pause(
        string name, string id, PauseBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(body?.Reason, body?.DurationSeconds);
        return op.SendAsync(name, fields, caller => op.Commands.PauseAsync(caller, name, id, body?.Kill ?? true, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Unpause(
        string name, string id, string? reason, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(reason);
        return op.SendAsync(name, fields, caller => op.Commands.UnpauseAsync(caller, name, id, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Bounce(
        string name, string id, BounceBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("atATime", body?.AtATime is null or >= 1, "Give at least 1 instance at a time.");
        fields.Require(
            "atATime", body?.AtATime is null || body.Incremental == true,
                "It needs \"incremental\": true; a full bounce replaces all at once.");
        var details = fields.Details(body?.Reason, body?.DurationSeconds);
        var plan = new BouncePlan(body?.Incremental ?? false, body?.AtATime ?? 1, body?.SkipHealth ?? false);
        return op.SendAsync(name, fields, caller => op.Commands.BounceAsync(caller, name, id, plan, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> EndBounce(
        string name, string id, string? reason, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(reason);
        return op.SendAsync(name, fields, caller => op.Commands.EndBounceAsync(caller, name, id, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> SkipHealth(
        string name, string id, SkipHealthBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(body?.Reason, body?.DurationSeconds);
        return op.SendAsync(name, fields, caller => op.Commands.SkipHealthAsync(caller, name, id, true, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> EndSkipHealth(
        string name, string id, string? reason, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(reason);
        return op.SendAsync(name, fields, caller => op.Commands.SkipHealthAsync(caller, name, id, false, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Priority(
        string name, string id, PriorityBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("priority", body?.Priority is >= 0 and <= 1, "Give a number from 0 to 1.");
        var details = fields.Details(body?.Reason, body?.DurationSeconds);
        return op.SendAsync(name, fields, caller => op.Commands.PriorityAsync(caller, name, id, body?.Priority, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> EndPriority(
        string name, string id, string? reason, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(reason);
        return op.SendAsync(name, fields, caller => op.Commands.PriorityAsync(caller, name, id, null, details, ct), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> ExitCooldown(
        string name, string id, ReasonBody? body, [AsParameters] Operator op, CancellationToken ct)
    {
        var fields = new FieldErrors();
        var details = fields.Details(body?.Reason);
        return op.SendAsync(name, fields, caller => op.Commands.ExitCooldownAsync(caller, name, id, details, ct), ct);
    }

    private static async Task<Results<Accepted<CommandView>, ProblemHttpResult>> Run(
        string name, string id, RunBody? body, [AsParameters] Operator op, TimeProvider time, CancellationToken ct)
    {
        var fields = new FieldErrors();
        RunFields.Check(fields, body, time.GetUtcNow());
        var details = fields.Details(body?.Reason);
        if (fields.Problem() is { } bad)
            return bad;
        // What is left out of the resources is the deploy's, which a run never changes.
        var parent = body?.Resources is null || await op.Queries.RequestAsync(name, id, ct) is not { ActiveDeploy: { } active }
            ? null : await op.Queries.NeedsAsync(name, active, ct);
        var run = new ManualRun
        {
            RunId = body?.RunId, Arguments = body?.Arguments ?? [], Environment = body?.Environment ?? new Dictionary<string, string>(),
            Needs = parent is null ? null : RunFields.Needs(parent, body!.Resources!), RunAt = body?.RunAt,
        };
        return await op.SendAsync(name, fields, caller => op.Commands.RunAsync(caller, name, id, run, details, ct), ct);
    }
}
