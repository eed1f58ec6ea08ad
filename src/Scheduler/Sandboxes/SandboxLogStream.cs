using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>
/// A log as server-sent events: <c>log</c> with the bytes so far as id, <c>waiting</c> when it cannot be read yet or just now,
/// and <c>end</c> when the task is over and everything was sent. Agents tell nobody that a file grew: they are asked each second.
/// </summary>
internal sealed class SandboxLogStream(SandboxStore tasks, SandboxLog log, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <param name="offset">Bytes that the reader has; null to begin with the tail.</param>
    public async Task WriteAsync(HttpContext http, string taskId, SandboxPath file, long? offset, int? tail, CancellationToken ct)
    {
        await BeginAsync(http.Response, ct);
        var (quiet, waits, wasOver) = (time.GetTimestamp(), "", false);
        while (await tasks.FindAsync(taskId, ct) is { } task)
        {
            var read = offset is { } from
                ? await log.ReadAsync(task, file, from, SandboxLog.MostBytes, ct)
                : await log.TailAsync(task, file, tail, ct);
            if (read.Value is { } piece)
            {
                (offset, waits) = (piece.Next, "");
                if (piece.Text.Length > 0)
                {
                    await SendAsync(http.Response, "log", piece.Text, piece.Next, ct);
                    quiet = time.GetTimestamp();
                }

                if (piece.Next < piece.Size && piece.Text.Length > 0)
                    continue;
            }
            else if (read.Problem!.Detail != waits && !task.IsOver)
            {
                waits = read.Problem.Detail;
                await SendAsync(http.Response, "waiting", Json(new { detail = waits }), null, ct);
                quiet = time.GetTimestamp();
            }

            // Once more after the end: the last lines may reach the file after the status reached us.
            if (wasOver)
            {
                await SendAsync(http.Response, "end", End(task.End, read.Problem), null, ct);
                return;
            }

            wasOver = task.IsOver;
            if (time.GetElapsedTime(quiet) > KeepAlive)
            {
                await http.Response.WriteAsync(": keep-alive\n\n", ct);
                await http.Response.Body.FlushAsync(ct);
                quiet = time.GetTimestamp();
            }

            await Task.Delay(Look, time, ct);
        }
    }

    private static async Task BeginAsync(HttpResponse response, CancellationToken ct)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.WriteAsync("retry: 2000\n\n", ct);
        await response.Body.FlushAsync(ct);
    }

    private static async Task SendAsync(HttpResponse response, string type, string data, long? id, CancellationToken ct)
    {
        // A line break would end the data field: each line gets a field of its own.
        var unix = data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lines = unix.Replace("\n", "\ndata: ", StringComparison.Ordinal);
        var mark = id is { } bytes ? $"id: {bytes.ToString(CultureInfo.InvariantCulture)}\n" : "";
        await response.WriteAsync($"{mark}event: {type}\ndata: {lines}\n\n", ct);
        await response.Body.FlushAsync(ct);
    }

    private static string End(SandboxTaskEnd end, SandboxProblem? problem) =>
        Json(new { end.State, end.Outcome, end.ExitCode, end.Reason, Problem = problem?.Detail });

    private static string Json(object value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
