using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Launching;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.Scheduler.Http;

/// <summary>What a task fetches first: the program it runs, and its spec. No user is signed in here; the ticket authenticates the
/// task.</summary>
internal static class RunnerEndpoints
{
    private const int MostPorts = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/runner/v1").AllowAnonymous().ExcludeFromDescription();
        group.MapPost("/tasks/{taskId}/spec", Redeem);
        group.MapPut("/tasks/{taskId}/ports", PutPorts);
        group.MapMethods("/taskrunner/{digest}", ["GET", "HEAD"], Program);
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> Redeem(
        string taskId, RedeemTicket request, RunnerAuth auth, TrustVersion trust, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(request.Ticket) || string.IsNullOrEmpty(request.Nonce))
            return TypedResults.Problem(statusCode: 400, type: "ticket-missing", title: "Both ticket and nonce are required.");
        var redeemed = await auth.RedeemAsync(taskId, request.Ticket, request.Nonce, request.ReportsPorts, ct);
        return redeemed.Outcome switch
        {
            // The spec is JSON that its writer made: it passes through as it is.
            RedeemOutcome.Bound => TypedResults.Content(Answer(redeemed, trust.Version), "application/json"),
            RedeemOutcome.WrongTicket =>
                TypedResults.Problem(statusCode: 401, type: "ticket-invalid", title: "The ticket does not belong to this task."),
            RedeemOutcome.TakenOrOver => TypedResults.Problem(
                statusCode: 409, type: "ticket-taken", title: "Another runner redeemed this ticket, or the task is unknown or has ended."),
        };
    }

    private static async Task<Results<NoContent, UnauthorizedHttpResult, ProblemHttpResult>> PutPorts(
        string taskId, ListeningPorts report, HttpRequest request, RunnerAuth auth, CancellationToken ct)
    {
        if (report.Ports is not { Count: <= MostPorts } ports)
            return TypedResults.Problem(statusCode: 400, type: "ports-invalid", title: $"A task has at most {MostPorts} ports.");
        return await auth.ListensAsync(taskId, request.Headers.Authorization, ports, ct)
            ? TypedResults.NoContent()
            : TypedResults.Unauthorized();
    }

    private static string Answer(Redeemed redeemed, long trustVersion) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"token\":{JsonSerializer.Serialize(redeemed.Token)},\"spec\":{redeemed.Spec},\"overrides\":{Overrides(redeemed.Run)},"
        + $"\"trustVersion\":{trustVersion}}}");

    private static string Overrides(RunDetails? run) =>
        run is null ? "null" : JsonSerializer.Serialize(new RunOverrides(run.RunId, run.Envelope), JsonSerializerOptions.Web);

    private static Results<PhysicalFileHttpResult, ProblemHttpResult> Program(string digest, RunnerBinary runner, HttpContext http)
    {
        if (!Digest.TryParse(digest, out var wanted) || wanted != runner.Digest)
            return TypedResults.Problem(statusCode: 404, type: "taskrunner-unknown", title: $"The TaskRunner here is {runner.Digest}.");
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.PhysicalFile(Path.GetFullPath(runner.FilePath), "application/octet-stream", enableRangeProcessing: true);
    }
}
