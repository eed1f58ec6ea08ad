using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Http;

/// <summary>What became of a command.</summary>
/// <param name="State"><c>waiting</c> (no leader took it up yet), <c>accepted</c>, <c>refused</c>.</param>
/// <param name="Code">Why it was refused, as a stable word.</param>
/// <param name="Detail">Why it was refused, or what it made.</param>
public sealed record CommandView(long Id, string Cluster, string State, string? Code, string? Detail);

/// <summary>Commands are decided by the leader of their cluster; any server takes them, and any server tells what became of them.</summary>
internal static class CommandEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/commands/{id}", Get)
        .RequireAuthorization(Permission.View).WithTags("scheduler").WithName("command-get");

    private static async Task<Results<Ok<CommandView>, ProblemHttpResult>> Get(string id, SchedulerCommands commands, CancellationToken ct)
    {
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return Answers.Bad("id", $"'{id}' is not the number of a command.", "Take it from the Location of the answer to the command.");
        return await commands.AnswerAsync(number, ct) is { } answer
            ? TypedResults.Ok(ViewOf(answer))
            : TypedResults.Problem(
                statusCode: 404, type: "command-not-found", title: "There is no such command.",
                detail: $"Command {id} is unknown, or was answered more than an hour ago.",
                extensions: Answers.Hint("Look at the object that it was about."));
    }

    /// <summary>Accepted: 202 with the outcome. Refused: its problem. No leader in time: 202 with where to ask.</summary>
    public static async Task<Results<Accepted<CommandView>, ProblemHttpResult>> AskAsync(
        SchedulerCommands commands, string cluster, string subject, SchedulerCommand command, CancellationToken ct)
    {
        var answer = await commands.AskAsync(cluster, subject, command, ct);
        return answer.Outcome is { IsAccepted: false } refused
            ? TypedResults.Problem(
                statusCode: refused.Status, type: refused.Code, title: "The scheduler refused it.", detail: refused.Detail,
                extensions: Answers.Hint(HintFor(refused.Code!)))
            : TypedResults.Accepted($"/api/v1/commands/{answer.Id}", ViewOf(answer));
    }

    private static CommandView ViewOf(CommandAnswer answer) => new(
        answer.Id, answer.Cluster,
        answer.Outcome switch { null => "waiting", { IsAccepted: true } => "accepted", _ => "refused" },
        answer.Outcome?.Code, answer.Outcome?.Detail);

    private static string HintFor(string code) => code switch
    {
        "large-scale-down" => "Say \"acknowledged\": true when it is meant.",
        "request-paused" => "Unpause the request first, or deploy with unpause.",
        "bounce-under-way" => "Wait for it, or end it with DELETE on the same path.",
        "not-subscribed" => "GET on the cluster shows its master, and what keeps us from it.",
        "too-many-runs" => "Wait for a run to end, or cancel one.",
        "not-found" => "GET /api/v1/requests lists the requests, GET /api/v1/tasks the tasks.",
        _ => "GET on the object shows how it stands.",
    };
}
