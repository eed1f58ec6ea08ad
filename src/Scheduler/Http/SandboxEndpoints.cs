using System.Globalization;
using System.Net.Mime;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Http;

/// <summary>A task's sandbox, read from its agent by this server: browsers and programs never need to reach an agent.</summary>
internal static class SandboxEndpoints
{
    public const string SizeHeader = "X-Log-Size";
    public const string NextHeader = "X-Log-Next";
    private const int MostLines = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/tasks/{id}").RequireAuthorization(Permission.View).WithTags("scheduler");
        group.MapGet("/files", List).WithName("task-files");
        group.MapGet("/files/{*path}", Download).WithName("task-file")
            .WithDescription("The bytes of a file. A file that only its owner may read needs the permission 'operate'.");
        group.MapGet("/log", Log).WithName("task-log").WithDescription(
            "Plain text: the last 64 KiB, tail=lines, or at most 1 MiB from offset=bytes; X-Log-Size has the whole size and X-Log-Next the"
            + " offset to go on from. follow=true: text/event-stream with events 'log' (id: bytes so far), 'waiting' and a final 'end'.");
    }

    private static async Task<Results<Ok<Page<SandboxFileView>>, ProblemHttpResult>> List(
        string id, string? path, [AsParameters] Doors doors, CancellationToken ct)
    {
        if (!SandboxPath.TryParse(path, out var folder))
            return BadPath(path);
        if (await doors.Tasks.FindAsync(id, ct) is not { } task)
            return Answers.UnknownTask(id);
        var files = await doors.Sandbox.ListAsync(task, folder, ct);
        return files.Problem is { } problem
            ? Answers.Sandbox(id, problem)
            : TypedResults.Ok(new Page<SandboxFileView>([.. files.Value!.Select(f => View(folder, f))], null));
    }

    private static async Task<Results<FileStreamHttpResult, ForbidHttpResult, ProblemHttpResult>> Download(
        string id, string? path, [AsParameters] Doors doors, HttpContext http, CancellationToken ct)
    {
        if (!SandboxPath.TryParse(path, out var file) || file == SandboxPath.Root)
            return BadPath(path);
        if (await doors.Tasks.FindAsync(id, ct) is not { } task)
            return Answers.UnknownTask(id);
        var entry = await doors.Sandbox.EntryAsync(task, file, ct);
        if (entry.Value is not { } found)
            return Answers.Sandbox(id, entry.Problem!);
        if (found.IsDirectory)
            return Answers.Sandbox(id, new SandboxProblem(SandboxFault.NotAFile, $"'{file}' is a directory, not a file."));

        // deploy.env holds what its task alone should know; a link may lead to it.
        if (!IsForEverybody(found) && !(await doors.Permissions.AuthorizeAsync(http.User, Permission.Operate)).Succeeded)
            return TypedResults.Forbid();
        var opened = await doors.Sandbox.OpenAsync(task, file, ct);
        if (opened.Value is not { } bytes)
            return Answers.Sandbox(id, opened.Problem!);
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(bytes, MediaTypeNames.Application.Octet, file.Name);
    }

    private static async Task<Results<ContentHttpResult, EmptyHttpResult, ProblemHttpResult>> Log(
        string id, [AsParameters] LogQuery query, [AsParameters] LogDoors doors, HttpContext http, CancellationToken ct)
    {
        if (query.Problem() is { } bad)
            return bad;
        if (await doors.Tasks.FindAsync(id, ct) is not { } task)
            return Answers.UnknownTask(id);
        var file = new SandboxPath(query.Stream ?? "stdout");
        if (query.Follow == true)
            return await FollowAsync(id, file, query, doors.Follower, http, ct);
        var read = query.Offset is { } offset
            ? await doors.Log.ReadAsync(task, file, offset, SandboxLog.MostBytes, ct)
            : await doors.Log.TailAsync(task, file, query.Tail, ct);
        if (read.Value is not { } log)
            return Answers.Sandbox(id, read.Problem!);
        http.Response.Headers[SizeHeader] = log.Size.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[NextHeader] = log.Next.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Text(log.Text, MediaTypeNames.Text.Plain, System.Text.Encoding.UTF8);
    }

    private static async Task<Results<ContentHttpResult, EmptyHttpResult, ProblemHttpResult>> FollowAsync(
        string id, SandboxPath file, LogQuery query, SandboxLogStream stream, HttpContext http, CancellationToken ct)
    {
        var from = query.Offset;
        if (http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last)
        {
            if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var seen))
                return Answers.Bad("Last-Event-ID", $"'{last}' is not a number of bytes.", "Send the id of the last event that arrived.");
            from = seen;
        }

        try
        {
            await stream.WriteAsync(http, id, file, from, query.Tail, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The reader went away: that is how a stream ends.
        }

        return TypedResults.Empty;
    }

    private static bool IsForEverybody(SandboxFile file) => file.Mode is ['-', _, _, _, 'r', ..] or ['-', _, _, _, _, _, _, 'r', ..];

    public static SandboxFileView View(SandboxPath folder, SandboxFile file)
    {
        var name = SandboxReader.NameOf(file);
        var kind = file.IsDirectory ? "directory" : file.Mode.StartsWith('l') ? "link" : "file";
        return new SandboxFileView(
            folder == SandboxPath.Root ? name : $"{folder}/{name}", name, kind, file.Size, file.Mode, file.Modified);
    }

    private static ProblemHttpResult BadPath(string? path) => Answers.Bad(
        "path", $"'{path}' is not a path inside the sandbox.",
        "Give it relative to the sandbox, without '..', as the list of files names it.");

    internal sealed record Doors(SandboxStore Tasks, SandboxReader Sandbox, IAuthorizationService Permissions);

    internal sealed record LogDoors(SandboxStore Tasks, SandboxLog Log, SandboxLogStream Follower);

    /// <param name="Stream"><c>stdout</c> (default) or <c>stderr</c>.</param>
    /// <param name="Tail">Lines.</param>
    /// <param name="Offset">Bytes.</param>
    internal sealed record LogQuery(string? Stream, int? Tail, long? Offset, bool? Follow)
    {
        public ProblemHttpResult? Problem() =>
            Stream is not (null or "stdout" or "stderr") ? Answers.Bad("stream", $"'{Stream}' is not a log.", "Give stdout or stderr.")
            : Tail is < 1 or > MostLines ? Answers.Bad("tail", $"'{Tail}' is not a number of lines.", $"Give 1 to {MostLines}.")
            : Offset < 0 ? Answers.Bad("offset", "It must not be negative.", "Leave it out for the end of the log.")
            : Tail is not null && Offset is not null ? Answers.Bad("tail", "It cannot go with offset.", "Give one of the two.")
            : null;
    }
}
