using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>
/// A log as server-sent events: <c>log</c> with the bytes so far as id, <c>waiting</c> when it cannot be read yet or just now, and
/// <c>end</c> when the task is over and everything was sent. Agents do not announce that a file grew: they are polled each second.
/// </summary>
internal sealed class SandboxLogStream(SandboxStore tasks, SandboxLog log, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(2);

    /// <param name="taskId">The task's id.</param>
    /// <param name="file">The file.</param>
    /// <param name="offset">Bytes that the reader has; null to begin with the tail.</param>
    /// <param name="tail">Begin with so many last lines; null: with the last 64 KiB.</param>
    /// <param name="ct">Cancels the call.</param>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(
        string taskId, SandboxPath file, long? offset, int? tail, [EnumeratorCancellation] CancellationToken ct)
    {
        var quiet = time.GetTimestamp();
        var (waits, wasOver) = ("", false);
        while (await tasks.FindAsync(taskId, ct) is { } task)
        {
            var read = await ReadAsync(task, file, offset, tail, ct);
            var piece = read.Value;
            if (piece is not null)
                (offset, waits) = (piece.Next, "");
            if (EventOf(task, read, waits) is { } found)
            {
                waits = piece is null ? read.Problem!.Detail : "";
                quiet = time.GetTimestamp();
                yield return found;
            }

            if (piece is { Text.Length: > 0 } && piece.Next < piece.Size)
                continue;

            // Once more after the end: the last lines may reach the file after the status reached us.
            if (wasOver)
            {
                yield return Item("end", End(task.End, read.Problem));
                yield break;
            }

            wasOver = task.IsOver;
            if (time.GetElapsedTime(quiet) > KeepAlive)
            {
                quiet = time.GetTimestamp();
                yield return Item("keep-alive", "");
            }

            await Task.Delay(Poll, time, ct);
        }
    }

    private Task<Found<LogText>> ReadAsync(SandboxTask task, SandboxPath file, long? offset, int? tail, CancellationToken ct) =>
        offset is { } from
            ? log.ReadAsync(task, file, from, SandboxLog.MostBytes, ct)
            : log.TailAsync(task, file, tail, ct);

    /// <param name="task">The task.</param>
    /// <param name="read">What was read.</param>
    /// <param name="waits">The problem that was sent before.</param>
    private static SseItem<string>? EventOf(SandboxTask task, Found<LogText> read, string waits) => read switch
    {
        { Value: { Text.Length: > 0 } piece } => Item("log", piece.Text, piece.Next),
        { Problem.Detail: var detail } when read.Value is null && !task.IsOver && detail != waits => Item("waiting", Json(new { detail })),
        _ => null,
    };

    // A carriage return would end a line of the event; readers of the log see line feeds.
    private static SseItem<string> Item(string type, string data, long? id = null) =>
        new(data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'), type)
        {
            EventId = id?.ToString(CultureInfo.InvariantCulture), ReconnectionInterval = Reconnect,
        };

    private static string End(SandboxTaskEnd end, SandboxProblem? problem) =>
        Json(new { end.State, end.Outcome, end.ExitCode, end.Reason, Problem = problem?.Detail });

    private static string Json(object value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
