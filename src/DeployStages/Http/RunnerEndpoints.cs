using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Reading;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Text;
using Pipeline.Scheduler.Contract;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.DeployStages.Http;

/// <summary>What a task that runs a deployable may read and report. The task's own token is its only credential.</summary>
internal static class RunnerEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/runner/v1/tasks/{taskId}").AllowAnonymous().ExcludeFromDescription();
        group.MapGet("/artifacts/{digest}", GetArtifact);
        group.MapPost("/security", ReportSecurity);
    }

    private static async Task<Results<FileStreamHttpResult, UnauthorizedHttpResult, ProblemHttpResult>> GetArtifact(
        string taskId, string digest, HttpRequest request, RunnerAuth auth, DeployableArtifacts artifacts, CancellationToken ct)
    {
        if (await auth.AuthenticateAsync(taskId, request.Headers.Authorization, ct) is not { } task)
            return TypedResults.Unauthorized();
        if (!Digest.TryParse(digest, out var name))
            return Problems.Bad("digest", $"'{digest}' is not a digest.", "write sha256: and 64 hex digits");
        return await artifacts.OpenAsync(task, name, ct) switch
        {
            { HeldReason: { } held } => Problems.Of(
                new PromotionOutcome.Conflict("release-held", held, "Lift the hold, and promote the release again.")),
            { Content: { } stream } => TypedResults.Stream(stream, "application/octet-stream", enableRangeProcessing: true),
            _ => Problems.NotFound($"The task's release has no artifact {name}."),
        };
    }

    private static async Task<Results<Accepted, UnauthorizedHttpResult>> ReportSecurity(
        string taskId, HttpRequest request, RunnerAuth auth, Journal journal, CancellationToken ct)
    {
        if (await auth.AuthenticateAsync(taskId, request.Headers.Authorization, ct) is not { } task)
            return TypedResults.Unauthorized();
        var report = await ReadAsync(request, ct);
        var detail = Describe(report);
        var raised = new SecurityEventRaised(
            report?.Expected is { } e && Digest.TryParse(e, out var artifact) ? artifact : null, task.Subject.Release, task.Cluster, taskId,
            report?.Code ?? "signature-invalid", detail);
        await journal.AppendAsync(raised, Actor.System("taskrunner"), task.Subject with { TaskId = taskId, Cluster = task.Cluster }, ct);
        return TypedResults.Accepted((string?)null);
    }

    // An alarm counts even when its details cannot be read.
    private static async Task<SecurityReport?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        try
        {
            return request.HasJsonContentType() ? await request.ReadFromJsonAsync<SecurityReport>(ct) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Describe(SecurityReport? report)
    {
        var text = report?.Detail ?? "The task gave no details.";
        if (report?.Expected is not null || report?.Found is not null)
            text += $" Expected {report.Expected}, found {report.Found}.";
        return ByteText.Cut(text, 1000);
    }
}
