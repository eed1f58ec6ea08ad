using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Logs;

/// <summary>A log as server-sent events: <c>log</c> with the bytes so far as id, and <c>end</c> when the step is over.</summary>
internal sealed class LogStream(BuildStore builds, StepLogs logs, LogBell bell, TimeProvider time)
{
    private const int Chunk = 64 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <param name="offset">Bytes that the reader has: its <c>Last-Event-ID</c>.</param>
    public async Task WriteAsync(HttpContext http, BuildId build, string module, int step, long offset, CancellationToken ct)
    {
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.WriteAsync("retry: 2000\n\n", ct);
        await response.Body.FlushAsync(ct);
        var path = logs.PathOf(build, module, step);
        var quiet = time.GetTimestamp();
        while (await builds.StepAsync(build, module, step, ct) is { } state)
        {
            var rung = bell.Next(path);
            var sent = await SendAsync(response, path, offset, IsOver(state), ct);
            if (sent > offset)
                (offset, quiet) = (sent, time.GetTimestamp());
            else if (IsOver(state))
            {
                var exitCode = state.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "null";
                await response.WriteAsync(
                    $"event: end\ndata: {{\"state\":\"{Name(state.State)}\",\"exitCode\":{exitCode}}}\n\n", ct);
                return;
            }
            else if (time.GetElapsedTime(quiet) > KeepAlive)
            {
                await response.WriteAsync(": keep-alive\n\n", ct);
                await response.Body.FlushAsync(ct);
                quiet = time.GetTimestamp();
            }

            if (sent < StepLogs.SizeOf(path) && sent > 0)
                continue;
            await WaitAsync(rung, ct);
        }
    }

    // The bell of this process at once; a step that another process wrote, within a second.
    private async Task WaitAsync(Task rung, CancellationToken ct)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(rung, Task.Delay(Look, time, done.Token));
        await done.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>Sends what is there after the offset, in chunks that never split a character.</summary>
    private static async Task<long> SendAsync(HttpResponse response, string path, long offset, bool isOver, CancellationToken ct)
    {
        if (StepLogs.SizeOf(path) <= offset)
            return offset;
        await using var file = StepLogs.OpenRead(path);
        file.Seek(offset, SeekOrigin.Begin);
        var buffer = new byte[Chunk];
        var length = await file.ReadAtLeastAsync(buffer, Chunk, throwOnEndOfStream: false, ct);
        var whole = WholeCharacters(buffer.AsSpan(0, length));
        if (whole == 0 && (isOver || length >= 4))
            whole = length;
        if (whole == 0)
            return offset;
        offset += whole;
        var text = Encoding.UTF8.GetString(buffer, 0, whole).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var data = text.Replace("\n", "\ndata: ", StringComparison.Ordinal);
        await response.WriteAsync($"id: {offset.ToString(CultureInfo.InvariantCulture)}\nevent: log\ndata: {data}\n\n", ct);
        await response.Body.FlushAsync(ct);
        return offset;
    }

    // A UTF-8 sequence that is cut at the end waits for its rest.
    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var b = bytes[^back];
            if ((b & 0b1100_0000) == 0b1000_0000)
                continue;
            var needs = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            return needs > back ? bytes.Length - back : bytes.Length;
        }

        return bytes.Length;
    }

    private static bool IsOver(StepView step) => step.State switch
    {
        StepState.Waiting or StepState.Running => false,
        StepState.Succeeded or StepState.Failed or StepState.TimedOut or StepState.Skipped => true,
    };

    private static string Name(StepState state) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());
}
