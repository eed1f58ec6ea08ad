namespace Pipeline.Mesos.Client;

/// <summary>
/// Turns of calls. Calls about one agent go one after the other; calls about different agents do not wait for each other; a call about
/// everything waits for all before it, and all after it wait for it. A turn begins when the one before was answered, and a master
/// answers a call after it took it up (Mesos' master is one actor): so the order holds over any number of connections.
/// </summary>
internal sealed class CallOrder
{
    private readonly Lock gate = new();
    private readonly Task[] last;

    /// <param name="lanes">How many calls may be under way at once.</param>
    public CallOrder(int lanes)
    {
        last = new Task[lanes];
        Array.Fill(last, Task.CompletedTask);
    }

    /// <summary>Gets in line, at once: the order is that of these invocations.</summary>
    public Turn Take(MasterCall call)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (LaneOf(call) is { } lane)
            {
                var before = last[lane];
                last[lane] = over.Task;
                return new Turn(before, over);
            }

            var all = Task.WhenAll(last);
            Array.Fill(last, over.Task);
            return new Turn(all, over);
        }
    }

    /// <summary>Null: about everything. What is asked about tasks waits for their launches, and what asks for offers or ends them for
    /// the answers to those that we have.</summary>
    private int? LaneOf(MasterCall call) => call switch
    {
        AcceptOffers accept => Lane(accept.AgentId),
        AcknowledgeUpdate acknowledge => Lane(acknowledge.AgentId),
        KillTask { AgentId: { } agent } => Lane(agent),
        // No other call is ever about an offer that is given back.
        DeclineOffers { OfferIds: [var first, ..] } => Lane(first),
        _ => null,
    };

    private int Lane(string key) => (int)((uint)string.GetHashCode(key, StringComparison.Ordinal) % (uint)last.Length);
}

/// <summary>A place in line.</summary>
/// <param name="Before">Ends when it is our turn; never fails.</param>
internal readonly record struct Turn(Task Before, TaskCompletionSource Over) : IDisposable
{
    /// <summary>The next may go. One that left the line early is over when its turn would have come.</summary>
    public void Dispose()
    {
        if (Before.IsCompleted)
            Over.TrySetResult();
        else
            _ = EndAfterAsync(Before, Over);
    }

    private static async Task EndAfterAsync(Task before, TaskCompletionSource over)
    {
        await before;
        over.TrySetResult();
    }
}
