using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Logs;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Http;

/// <summary>The log of a step: plain bytes with <c>Range</c> or <c>?tail=lines</c>; as it grows when the reader accepts an event
/// stream.</summary>
internal static class LogEndpoints
{
    private const int MaxTailLines = 10_000;
    private const int MaxTailBytes = 4 << 20;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/builds/{id:guid}/modules/{module}/steps/{step:int}/log", GetLog)
            .WithTags("builds").WithName("build-log").RequireAuthorization(Permission.View)
            .WithDescription("Plain text, or text/event-stream: events 'log' (id: bytes so far) and a final 'end'.");

    private static async Task<
        Results<PhysicalFileHttpResult, ContentHttpResult, ServerSentEventsResult<string>, ProblemHttpResult>> GetLog(
        Guid id, string module, int step, int? tail, long? offset, HttpContext http, BuildStore builds, StepLogs logs, LogStream stream,
        CancellationToken ct)
    {
        var build = new BuildId(id);
        if (tail is < 1 or > MaxTailLines)
            return Problems.Invalid("tail", $"must be a number of lines from 1 to {MaxTailLines}.");
        // A name with a NUL is nobody's, and PostgreSQL refuses to look for it.
        if (module.Contains('\0', StringComparison.Ordinal) || await builds.StepAsync(build, module, step, ct) is not var (_, log))
            return Problems.NotFound(
                $"Build {id} has no step {step} in a module '{module}'.", $"GET /api/v1/builds/{id} lists its modules and their steps.");
        if (http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            if (!TryReadOffset(http.Request, offset, out var from, out var problem))
                return problem;
            http.Response.Headers["X-Accel-Buffering"] = "no";
            return TypedResults.ServerSentEvents(stream.ReadAsync(build, module, step, from, ct));
        }

        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        var path = logs.PathOf(log);
        if (StepLogs.SizeOf(path) == 0)
            return TypedResults.Text("", "text/plain", Encoding.UTF8);
        return tail is { } lines
            ? TypedResults.Text(StepLogs.LastLines(path, lines, MaxTailBytes), "text/plain", Encoding.UTF8)
            : TypedResults.PhysicalFile(path, "text/plain; charset=utf-8", enableRangeProcessing: true);
    }

    /// <summary>Where the reader stands: its <c>Last-Event-ID</c> outranks the address, which a browser repeats unchanged.</summary>
    private static bool TryReadOffset(
        HttpRequest request, long? offset, out long from, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        from = offset ?? 0;
        var last = request.Headers["Last-Event-ID"].ToString();
        problem = last.Length > 0 && !long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out from)
            ? Problems.Invalid("Last-Event-ID", "must be a number of bytes.")
            : from < 0 ? Problems.Invalid("offset", "must not be negative.") : null;
        return problem is null;
    }
}
