using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Http;

/// <summary>What people do to a request. Every answer is the leader's own: accepted, refused with the reason, or where to ask for it.</summary>
internal static class RequestEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOne("requests", "request-get", (queries, cluster, id, ct) => queries.RequestAsync(cluster, id, ct), Answers.UnknownRequest);
        var group = routes.Operate("/requests/{id}");
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
        string name, string id, [AsParameters] Asker asker, CancellationToken ct) =>
        asker.AskAsync(name, id, new FieldErrors(), new RemoveRequestCommand(id, asker.Actor), ct);

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Scale(
        string name, string id, ScaleBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("instances", body?.Instances is >= 0, "Give the number of instances, from 0.");
        var by = asker.By(fields, body?.Reason, body?.DurationSeconds);
        return asker.AskAsync(
            name, id, fields, new ScaleCommand(id, body?.Instances ?? 0, body?.Acknowledged ?? false, body?.Bounce ?? false, by), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> EndScale(
        string name, string id, bool? acknowledged, string? reason, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(name, id, fields, new EndScaleCommand(id, acknowledged ?? false, asker.By(fields, reason, null)), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Pause(
        string name, string id, PauseBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(
            name, id, fields, new PauseCommand(id, body?.Kill ?? true, asker.By(fields, body?.Reason, body?.DurationSeconds)), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Unpause(
        string name, string id, string? reason, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(name, id, fields, new UnpauseCommand(id, asker.By(fields, reason, null)), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Bounce(
        string name, string id, BounceBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("atATime", body?.AtATime is null or >= 1, "At least one instance at a time must be replaced.");
        fields.Require("atATime", body?.AtATime is null || body.Incremental == true, "It needs \"incremental\": true; a full bounce replaces all.");
        var by = asker.By(fields, body?.Reason, body?.DurationSeconds);
        return asker.AskAsync(
            name, id, fields, new BounceCommand(id, body?.Incremental ?? false, body?.AtATime ?? 1, body?.SkipHealth ?? false, by), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> EndBounce(
        string name, string id, string? reason, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(name, id, fields, new EndBounceCommand(id, asker.By(fields, reason, null)), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> SkipHealth(
        string name, string id, SkipHealthBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(name, id, fields, new SkipHealthCommand(id, true, asker.By(fields, body?.Reason, body?.DurationSeconds)), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> EndSkipHealth(
        string name, string id, string? reason, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(name, id, fields, new SkipHealthCommand(id, false, asker.By(fields, reason, null)), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> Priority(
        string name, string id, PriorityBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        fields.Require("priority", body?.Priority is >= 0 and <= 1, "Give a number from 0 to 1.");
        var by = asker.By(fields, body?.Reason, body?.DurationSeconds);
        return asker.AskAsync(name, id, fields, new SetPriorityCommand(id, body?.Priority, by), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> EndPriority(
        string name, string id, string? reason, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(name, id, fields, new SetPriorityCommand(id, null, asker.By(fields, reason, null)), ct);
    }

    private static Task<Results<Accepted<CommandView>, ProblemHttpResult>> ExitCooldown(
        string name, string id, ReasonBody? body, [AsParameters] Asker asker, CancellationToken ct)
    {
        var fields = new FieldErrors();
        return asker.AskAsync(name, id, fields, new ExitCooldownCommand(id, asker.By(fields, body?.Reason, null)), ct);
    }

    private static async Task<Results<Accepted<CommandView>, ProblemHttpResult>> Run(
        string name, string id, RunBody? body, [AsParameters] Asker asker, SchedulerQueries queries, CancellationToken ct)
    {
        var fields = new FieldErrors();
        RunFields.Check(fields, body, asker.Time.GetUtcNow());
        var by = asker.By(fields, body?.Reason, null);
        if (fields.Problem() is { } bad)
            return bad;
        // What is left out of the resources is the deploy's, which a run never changes.
        var parent = body?.Resources is null || await queries.RequestAsync(name, id, ct) is not { ActiveDeploy: { } active }
            ? null : await queries.NeedsAsync(name, active, ct);
        var needs = parent is null ? null : RunFields.Needs(parent, body!.Resources!);
        return await asker.AskAsync(
            name, id, fields,
            new RunNowCommand(id, body?.RunId ?? RunFields.NewId(asker.Time), body?.Arguments ?? [],
                body?.Environment ?? new Dictionary<string, string>(), needs, body?.RunAt, by), ct);
    }
}

/// <summary>Who asks, and the way to the leader.</summary>
internal sealed record Asker(SchedulerCommands Commands, SchedulerQueries Queries, TimeProvider Time, HttpContext Http)
{
    public Actor Actor => Kernel.Actor.Of(Http.User);

    public CommandOrigin By(FieldErrors fields, string? reason, double? durationSeconds)
    {
        fields.Reason(reason);
        return new CommandOrigin(Actor, reason, fields.Duration("durationSeconds", durationSeconds));
    }

    public async Task<Results<Accepted<CommandView>, ProblemHttpResult>> AskAsync(
        string cluster, string subject, FieldErrors fields, SchedulerCommand command, CancellationToken ct)
    {
        if (fields.Problem() is { } bad)
            return bad;
        return await Queries.ClusterAsync(cluster, ct) is null
            ? Answers.UnknownCluster(cluster)
            : await CommandEndpoints.AskAsync(Commands, cluster, subject, command, ct);
    }
}
