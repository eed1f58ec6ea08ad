using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Runner;
using Pipeline.BuildRunner.Sources;
using Pipeline.Kernel;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Http;

/// <summary><c>/runner/v1/tasks/{taskId}</c> for tasks that build. A task is known by its token, never by a session.</summary>
internal static class RunnerEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var tasks = routes.MapGroup("/runner/v1/tasks/{taskId}").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        tasks.MapGet("/source", GetSource);
        tasks.MapPut("/steps/{index:int}", PutStep);
        tasks.MapPost("/steps/{index:int}/log", AppendLog);
        tasks.MapPut("/result", PutResult);
        // GET of the same address belongs to tasks that run (DeployStages).
        tasks.MapMethods("/artifacts/{digest}", [HttpMethods.Head], HeadArtifact);
        tasks.MapPut("/artifacts/{digest}", PutArtifact);
    }

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> GetSource(
        string taskId, HttpRequest request, RunnerTasks tasks, SourceBundles bundles, CancellationToken ct)
    {
        if (await tasks.AuthenticateAsync(taskId, Token(request), ct) is not { } task)
            return Unknown();
        if (!Digest.TryParse(task.Module.SourceDigest, out var digest) || !File.Exists(bundles.PathOf(digest)))
            return TypedResults.Problem(
                statusCode: 404, type: "source-missing", title: "The source bundle is not there any more.",
                detail: "Start the build again.");
        return TypedResults.PhysicalFile(bundles.PathOf(digest), "application/x-tar", enableRangeProcessing: true);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> PutStep(
        string taskId, int index, StepReport report, HttpRequest request, RunnerTasks tasks, StepReports reports, CancellationToken ct)
    {
        if (await tasks.AuthenticateAsync(taskId, Token(request), ct) is not { } task)
            return Unknown();
        if (StepReports.ParseState(report.State) is not { } state)
            return Problems.Invalid("state", "must be running, succeeded, failed or timed-out.");
        if (StepTimes.Find(report) is { } problem)
            return problem;
        return await reports.RecordAsync(task, index, state, report, ct) switch
        {
            ReportOutcome.Recorded => TypedResults.NoContent(),
            ReportOutcome.UnknownStep => NoStep(task, index),
            ReportOutcome.TakenOver => Unknown(),
        };
    }

    private static async Task<Results<Ok<LogSize>, Conflict<LogSize>, ProblemHttpResult>> AppendLog(
        string taskId, int index, long offset, HttpRequest request, RunnerTasks tasks, StepReports reports, CancellationToken ct)
    {
        if (await tasks.AuthenticateAsync(taskId, Token(request), ct) is not { } task)
            return Unknown();
        LiftLimit(request.HttpContext);
        if (await LogChunk.ReadAsync(request, ct) is not { } chunk)
        {
            return TypedResults.Problem(
                statusCode: 413, type: "log-chunk-too-large", title: "A log chunk is at most 8 MB.", detail: "Send it in parts.");
        }

        return await reports.AppendLogAsync(task, index, offset, chunk, ct) switch
        {
            { Outcome: ReportOutcome.UnknownStep } => NoStep(task, index),
            { Outcome: ReportOutcome.TakenOver } => Unknown(),
            { Log.TooMuch: true } => Limits.LogIsFull(),
            { Log: { Appended: true, Size: var size } } => TypedResults.Ok(new LogSize(size)),
            { Log.Size: var size } => TypedResults.Conflict(new LogSize(size)),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> PutResult(
        string taskId, BuildResult result, HttpRequest request, RunnerTasks tasks, TaskResults results, ILogger<TaskResults> logger,
        CancellationToken ct)
    {
        if (await tasks.AuthenticateAsync(taskId, Token(request), ct) is not { } task)
            return Unknown();
        if (ResultCheck.Find(result) is { } problem)
            return problem;
        Log.ResultReceived(logger, taskId, result.Outcome, result.Reason);
        return await results.RecordAsync(task, result, ct) == ReportOutcome.TakenOver ? Unknown() : TypedResults.NoContent();
    }

    private static async Task<Results<Ok, NotFound, ProblemHttpResult>> HeadArtifact(
        string taskId, string digest, HttpContext http, RunnerTasks tasks, ArtifactQueries artifacts, CancellationToken ct)
    {
        if (await tasks.AuthenticateAsync(taskId, Token(http.Request), ct) is null)
            return Unknown();
        if (!Digest.TryParse(digest, out var wanted))
            return Problems.Invalid("digest", "must be sha256: and 64 hex digits.");
        return artifacts.Has(wanted) ? TypedResults.Ok() : TypedResults.NotFound();
    }

    private static async Task<Results<Created, NoContent, ProblemHttpResult>> PutArtifact(
        string taskId, string digest, HttpContext http, RunnerTasks tasks, ArtifactUploads uploads, CancellationToken ct)
    {
        if (await tasks.AuthenticateAsync(taskId, Token(http.Request), ct) is not { } task)
            return Unknown();
        if (!Digest.TryParse(digest, out var wanted))
            return Problems.Invalid("digest", "must be sha256: and 64 hex digits.");
        if (http.Request.ContentLength is not { } bytes)
            return Limits.LengthRequired();
        // No more than was announced is read, and that is counted.
        LiftLimit(http);
        var (refused, outcome) = await uploads.PutAsync(task, http.Request.Body, wanted, bytes, ct);
        return refused is not null ? Limits.TooManyArtifacts(refused) : outcome switch
        {
            PutOutcome.Stored => TypedResults.Created(),
            PutOutcome.AlreadyThere => TypedResults.NoContent(),
            PutOutcome.Mismatch => TypedResults.Problem(
                statusCode: 422, type: "digest-mismatch", title: "The bytes have another digest than announced.",
                detail: "Hash the file again and repeat the upload."),
            PutOutcome.DiskFull => TypedResults.Problem(
                statusCode: 507, type: "storage-full", title: "The server's disk for artifacts is full: nothing was kept.",
                detail: "Free space below the data directory, or move artifacts/ to a larger disk. The upload is repeated for a while."),
        };
    }

    // Until the task is known, a body is as small as a report.
    private static void LiftLimit(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
    }

    private static string? Token(HttpRequest request) => request.Headers.Authorization.ToString() is { Length: > 0 } header ? header : null;

    private static ProblemHttpResult Unknown() => TypedResults.Problem(
        statusCode: 401, type: "task-unknown",
        title: "The token is not that of a task that builds here, or another attempt has taken over.");

    private static ProblemHttpResult NoStep(RunnerTask task, int index) => TypedResults.Problem(
        statusCode: 404, type: "step-unknown", title: $"Module '{task.Module.Name}' has no step {index}.",
        detail: "Steps are counted from 0, in the order of the spec.");
}
