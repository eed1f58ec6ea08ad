using Google.Protobuf;
using TaskStatus = Pipeline.Mesos.Wire.TaskStatus;

namespace Pipeline.LocalMesos.Agents;

/// <summary>
/// The updates of one task that are not acknowledged yet. Only the oldest is sent, again after 10 s, 20 s … 10 min, until its
/// acknowledgement lets the next one through (recorded in 02c). Not thread-safe: the cluster's lock guards it.
/// </summary>
internal sealed class UpdateQueue(object gate, TimeProvider time, Action<TaskStatus> send) : IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(10);
    private readonly Queue<TaskStatus> waiting = new();
    private TimeSpan retryAfter = FirstRetry;
    private ITimer? retry;

    public bool IsEmpty => waiting.Count == 0;

    public void Add(TaskStatus status)
    {
        waiting.Enqueue(status);
        if (waiting.Count == 1)
            SendOldest();
    }

    /// <summary>The update that this acknowledged; null for a uuid that is not the oldest one's.</summary>
    public TaskStatus? Acknowledge(ByteString uuid)
    {
        if (waiting.Count == 0 || !waiting.Peek().Uuid.Equals(uuid))
            return null;
        var acknowledged = waiting.Dequeue();
        retry?.Dispose();
        retry = null;
        if (waiting.Count > 0)
            SendOldest();
        return acknowledged;
    }

    /// <summary>Sends the oldest at once, when the other side is back.</summary>
    public void SendOldest()
    {
        if (waiting.Count == 0)
            return;
        retryAfter = FirstRetry;
        Send();
    }

    public void Dispose() => retry?.Dispose();

    private void Send()
    {
        retry?.Dispose();
        retry = time.CreateTimer(_ => Retry(), null, retryAfter, Timeout.InfiniteTimeSpan);
        send(waiting.Peek());
    }

    private void Retry()
    {
        lock (gate)
        {
            if (waiting.Count == 0)
                return;
            retryAfter = retryAfter * 2 < LastRetry ? retryAfter * 2 : LastRetry;
            Send();
        }
    }
}
