using System.Globalization;
using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Http.Validation;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Http;

/// <summary>
/// A task's sandbox, read from its agent by this server: browsers and programs never need to reach an agent. What lies there was written by
/// the task, so somebody has to be signed in, also where reading is otherwise open to anyone at this machine.
/// </summary>
internal static class SandboxEndpoints
{
    public const string SizeHeader = "X-Log-Size";
    public const string NextHeader = "X-Log-Next";
    private const int MostLines = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/tasks/{id}").WithTags("scheduler")
            .RequireAuthorization(Permission.View).RequireAuthorization();
        group.MapGet("/files", List).WithName("task-files");
        group.MapGet("/files/{*path}", Download).WithName("task-file")
            .WithDescription("The bytes of a file. A file that only its owner may read needs the permission 'operate'.");
        group.MapGet("/log", Log).WithName("task-log").WithDescription(
            "Plain text: the last 64 KiB, tail=lines, or at most 1 MiB from offset=bytes; X-Log-Size has the whole size and X-Log-Next the"
            + " offset to go on from. follow=true: text/event-stream with events 'log' (id: bytes so far), 'waiting' and a final 'end'.");
    }

    private static async Task<Results<Ok<Page<SandboxFileView>>, ProblemHttpResult>> List(
        string id, string? path, SandboxStore tasks, SandboxReader sandbox, CancellationToken ct)
    {
        if (!SandboxPath.TryParse(path, out var folder))
            return BadPath(path);
        if (await tasks.FindAsync(id, ct) is not { } task)
            return Problems.UnknownTask(id);
        var files = await sandbox.ListAsync(task, folder, ct);
        return files.Problem is { } problem
            ? Problems.Sandbox(id, problem)
            : TypedResults.Ok(new Page<SandboxFileView>([.. files.Value!.Select(f => SandboxReader.View(folder, f))], null));
    }

    private static async Task<Results<FileStreamHttpResult, ForbidHttpResult, ProblemHttpResult>> Download(
        string id, string? path, SandboxStore tasks, SandboxReader sandbox, HttpContext http, CancellationToken ct)
    {
        if (!SandboxPath.TryParse(path, out var file) || file == SandboxPath.Root)
            return BadPath(path);
        if (await tasks.FindAsync(id, ct) is not { } task)
            return Problems.UnknownTask(id);
        var entry = await sandbox.EntryAsync(task, file, ct);
        if (entry.Value is not { } found)
            return Problems.Sandbox(id, entry.Problem!);
        if (found.IsDirectory)
            return Problems.Sandbox(id, new SandboxProblem(SandboxFault.NotAFile, $"'{file}' is a directory, not a file."));

        // deploy.env holds what its task alone should know; a link may lead to it.
        if (!IsForEverybody(found) && !Caller.Of(http.User).Has(Permission.Operate))
            return TypedResults.Forbid();
        var opened = await sandbox.OpenAsync(task, file, ct);
        if (opened.Value is not { } bytes)
            return Problems.Sandbox(id, opened.Problem!);
        Protect(http.Response);
        return TypedResults.Stream(bytes, MediaTypeNames.Application.Octet, file.Name);
    }

    private static async Task<Results<ContentHttpResult, ServerSentEventsResult<string>, ProblemHttpResult>> Log(
        string id, [AsParameters] LogQuery query, SandboxStore tasks, SandboxLog logs, SandboxLogStream stream, HttpContext http,
        CancellationToken ct)
    {
        if (query.Problem() is { } bad)
            return bad;
        if (await tasks.FindAsync(id, ct) is not { } task)
            return Problems.UnknownTask(id);
        var file = new SandboxPath(query.Stream ?? "stdout");
        if (query.Follow == true)
            return Follow(id, file, query, stream, http, ct);
        var read = query.Offset is { } offset
            ? await logs.ReadAsync(task, file, offset, SandboxLog.MostBytes, ct)
            : await logs.TailAsync(task, file, query.Tail, ct);
        if (read.Value is not { } log)
            return Problems.Sandbox(id, read.Problem!);
        http.Response.Headers[SizeHeader] = log.Size.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[NextHeader] = log.Next.ToString(CultureInfo.InvariantCulture);
        Protect(http.Response);
        return TypedResults.Text(log.Text, MediaTypeNames.Text.Plain, System.Text.Encoding.UTF8);
    }

    private static Results<ContentHttpResult, ServerSentEventsResult<string>, ProblemHttpResult> Follow(
        string id, SandboxPath file, LogQuery query, SandboxLogStream stream, HttpContext http, CancellationToken ct)
    {
        var from = query.Offset;
        if (http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last)
        {
            if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var seen))
                return Problems.Bad("Last-Event-ID", $"'{last}' is not a number of bytes.", "Send the id of the last event that arrived.");
            from = seen;
        }

        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(stream.FollowAsync(id, file, from, query.Tail, ct));
    }

    // What a task writes is never interpreted, and never kept.
    private static void Protect(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
    }

    private static bool IsForEverybody(SandboxFile file) => file.Mode is ['-', _, _, _, 'r', ..] or ['-', _, _, _, _, _, _, 'r', ..];

    private static ProblemHttpResult BadPath(string? path) => Problems.Bad(
        "path", $"'{path}' is not a path inside the sandbox.",
        "Give it relative to the sandbox, without '..', as the list of files names it.");

    /// <param name="Stream"><c>stdout</c> (default) or <c>stderr</c>.</param>
    /// <param name="Tail">Lines.</param>
    /// <param name="Offset">Bytes.</param>
    /// <param name="Follow">Send what is added, as server-sent events.</param>
    internal sealed record LogQuery(string? Stream, int? Tail, long? Offset, bool? Follow)
    {
        public ProblemHttpResult? Problem() =>
            Stream is not (null or "stdout" or "stderr") ? Problems.Bad("stream", $"'{Stream}' is not a log.", "Give stdout or stderr.")
            : Tail is < 1 or > MostLines ? Problems.Bad("tail", $"'{Tail}' is not a number of lines.", $"Give 1 to {MostLines}.")
            : Offset < 0 ? Problems.Bad("offset", "It must not be negative.", "Leave it out for the end of the log.")
            : Tail is not null && Offset is not null ? Problems.Bad("tail", "It cannot go with offset.", "Give one of the two.")
            : null;
    }
}
