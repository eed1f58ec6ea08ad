using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Logs;

/// <summary>A log as server-sent events: <c>log</c> with the bytes so far as id, and <c>end</c> when the step is over.</summary>
/// <remarks>A <c>keep-alive</c> without data opens the stream and breaks every silence, so that no proxy closes it.</remarks>
internal sealed class LogStream(BuildStore builds, StepLogs logs, LogSignal signal, TimeProvider time)
{
    private const int Chunk = 64 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(2);

    /// <param name="build">The build.</param>
    /// <param name="module">Name of the module.</param>
    /// <param name="step">Index of the step.</param>
    /// <param name="offset">Bytes that the reader has: its <c>Last-Event-ID</c>.</param>
    /// <param name="ct">Ends the stream: the reader went away.</param>
    public async IAsyncEnumerable<SseItem<string>> ReadAsync(
        BuildId build, string module, int step, long offset, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return new SseItem<string>("", "keep-alive") { ReconnectionInterval = ReconnectAfter };
        string? path = null;
        var quiet = time.GetTimestamp();
        while (!ct.IsCancellationRequested)
        {
            var grown = signal.Next(new LogPlace(build, module, step, null));
            if (await builds.StepAsync(build, module, step, ct) is not var (state, log))
                yield break;
            // A later attempt began the log anew: so does the reader.
            var newest = logs.PathOf(log);
            if ((path is not null && newest != path) || StepLogs.SizeOf(newest) < offset)
                offset = 0;
            path = newest;
            if (await ReadChunkAsync(path, offset, IsOver(state.State), ct) is var (text, next))
            {
                (offset, quiet) = (next, time.GetTimestamp());
                yield return new SseItem<string>(text, "log") { EventId = offset.ToString(CultureInfo.InvariantCulture) };
                if (offset < StepLogs.SizeOf(path))
                    continue;
            }
            else if (IsOver(state.State))
            {
                yield return new SseItem<string>(EndOf(state), "end");
                yield break;
            }
            else if (time.GetElapsedTime(quiet) > KeepAlive)
            {
                yield return new SseItem<string>("", "keep-alive");
                quiet = time.GetTimestamp();
            }

            await WaitAsync(grown, ct);
        }
    }

    // The signal of this process at once; a step that another process writes, within a second.
    private async Task WaitAsync(Task grown, CancellationToken ct)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(grown, Task.Delay(Look, time, done.Token));
        await done.CancelAsync();
    }

    /// <summary>What is there after the offset, at most one chunk, never with half a character or half a line end at its end.</summary>
    private static async Task<(string Text, long Next)?> ReadChunkAsync(string path, long offset, bool isOver, CancellationToken ct)
    {
        if (StepLogs.SizeOf(path) <= offset)
            return null;
        await using var file = StepLogs.OpenRead(path);
        if (file is null)
            return null;
        file.Seek(offset, SeekOrigin.Begin);
        var buffer = new byte[Chunk];
        var length = await file.ReadAtLeastAsync(buffer, Chunk, throwOnEndOfStream: false, ct);
        var isAll = isOver && length < Chunk;
        var whole = isAll ? length : WholeCharacters(buffer.AsSpan(0, length));
        // The LF of a CR LF may be in the next chunk.
        if (!isAll && whole > 0 && buffer[whole - 1] == '\r')
            whole--;
        if (whole == 0)
            return null;
        var text = Encoding.UTF8.GetString(buffer, 0, whole).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return (text, offset + whole);
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

    private static string EndOf(StepView step) =>
        $"{{\"state\":\"{System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(step.State.ToString())}\","
        + $"\"exitCode\":{step.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "null"}}}";

    private static bool IsOver(StepState state) => state switch
    {
        StepState.Waiting or StepState.Running => false,
        StepState.Succeeded or StepState.Failed or StepState.TimedOut or StepState.Skipped => true,
    };
}
