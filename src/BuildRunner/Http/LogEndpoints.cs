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

    private static async Task<Results<PhysicalFileHttpResult, ContentHttpResult, EmptyHttpResult, NotFound, ProblemHttpResult>> GetLog(
        Guid id, string module, int step, int? tail, long? offset, HttpContext http, [AsParameters] Doors doors, CancellationToken ct)
    {
        if (tail is < 1 or > MaxTailLines)
            return BuildEndpoints.Invalid("tail", $"must be a number of lines from 1 to {MaxTailLines}.");
        if (await doors.Builds.StepAsync(new BuildId(id), module, step, ct) is null)
            return TypedResults.NotFound();
        if (http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
            return await FollowAsync(new BuildId(id), module, step, offset, http, doors.Stream, ct);
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        var path = doors.Logs.PathOf(new BuildId(id), module, step);
        if (StepLogs.SizeOf(path) == 0)
            return TypedResults.Text("", "text/plain", Encoding.UTF8);
        return tail is { } lines
            ? TypedResults.Text(StepLogs.LastLines(path, lines, MaxTailBytes), "text/plain", Encoding.UTF8)
            : TypedResults.PhysicalFile(path, "text/plain; charset=utf-8", enableRangeProcessing: true);
    }

    private static async Task<Results<PhysicalFileHttpResult, ContentHttpResult, EmptyHttpResult, NotFound, ProblemHttpResult>> FollowAsync(
        BuildId id, string module, int step, long? offset, HttpContext http, LogStream stream, CancellationToken ct)
    {
        var from = offset ?? 0;
        var last = http.Request.Headers["Last-Event-ID"].ToString();
        if (last.Length > 0 && !long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out from))
            return BuildEndpoints.Invalid("Last-Event-ID", "must be a number of bytes.");
        if (from < 0)
            return BuildEndpoints.Invalid("offset", "must not be negative.");
        try
        {
            await stream.WriteAsync(http, id, module, step, from, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The reader went away: that is how a stream ends.
        }

        return TypedResults.Empty;
    }

    internal sealed record Doors(BuildStore Builds, StepLogs Logs, LogStream Stream);
}
