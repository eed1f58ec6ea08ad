using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Http.Validation;

namespace Pipeline.Scheduler.Http;

/// <summary>The leader of a cluster decides its commands; any server takes them, and any server shows their outcome.</summary>
internal static class CommandEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/commands/{id}", Get)
        .RequireAuthorization(Permission.View).WithTags("scheduler").WithName("command-get");

    private static async Task<Results<Ok<CommandView>, ProblemHttpResult>> Get(string id, CommandStore commands, CancellationToken ct)
    {
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return Problems.Bad("id", $"'{id}' is not the number of a command.",
                "Take it from the Location header of the answer to the command.");
        return await commands.AnswerAsync(number, ct) is { } answer
            ? TypedResults.Ok(ViewOf(OperatorAnswer.Of(answer)))
            : TypedResults.Problem(
                statusCode: 404, type: "command-not-found", title: "There is no such command.",
                detail: $"Command {id} is unknown, or was answered more than an hour ago.",
                extensions: Problems.Hint("Look at the object that it was about."));
    }

    public static CommandView ViewOf(OperatorAnswer answer) => new(
        answer.Id, answer.Cluster, answer.Accepted switch { null => "waiting", true => "accepted", false => "refused" }, answer.Code,
            answer.Detail);
}
