using System.Collections.Concurrent;

namespace Pipeline.BuildRunner.Logs;

/// <summary>Tells readers in this process that a log has grown or its step has ended. Other processes look once a second.</summary>
internal sealed class LogBell
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);

    /// <summary>Take it before looking at the log: what comes after that look completes it.</summary>
    public Task Next(string path) =>
        waiting.GetOrAdd(path, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Ring(string path)
    {
        if (waiting.TryRemove(path, out var waiters))
            waiters.TrySetResult();
    }
}
