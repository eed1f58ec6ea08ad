using System.Collections.Concurrent;

namespace Pipeline.BuildRunner.Logs;

/// <summary>Wakes readers in this process when a log has grown or its step has ended. Other processes look once a second.</summary>
internal sealed class LogSignal
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);

    /// <summary>Take it before looking at the log: whatever happens after that look completes it.</summary>
    public Task Next(string path) =>
        waiting.GetOrAdd(path, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Wakes everybody who waits for the log.</summary>
    public void Raise(string path)
    {
        if (waiting.TryRemove(path, out var waiters))
            waiters.TrySetResult();
    }
}
