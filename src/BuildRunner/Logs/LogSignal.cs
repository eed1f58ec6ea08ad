using System.Collections.Concurrent;
using Pipeline.BuildRunner.Core;

namespace Pipeline.BuildRunner.Logs;

/// <summary>Wakes readers in this process when a log has grown or its step has ended. Other processes look once a second.</summary>
internal sealed class LogSignal
{
    private readonly ConcurrentDictionary<LogPlace, TaskCompletionSource> waiting = new();

    /// <summary>Take it before looking at the log: whatever happens after that look completes it.</summary>
    public Task Next(LogPlace log) =>
        waiting.GetOrAdd(OfAnyAttempt(log), _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Wakes everybody who waits for the log.</summary>
    public void Raise(LogPlace log)
    {
        if (waiting.TryRemove(OfAnyAttempt(log), out var waiters))
            waiters.TrySetResult();
    }

    // Who reads the log of one attempt waits for the next one too.
    private static LogPlace OfAnyAttempt(LogPlace log) => log with { Attempt = null };
}
