namespace Pipeline.TaskRunner.Ports;

/// <summary>
/// Who answers on the ports of a task: the task itself, which the server is to know, or a program that has nothing to do with it. Whoever
/// asks a port for the health of a service hears whoever listens there, so nobody is to ask before the service itself does, and a service
/// whose port another program has must not go on.
/// </summary>
/// <param name="ports">That the task was given.</param>
/// <param name="sockets">What the task's programs have open now.</param>
/// <param name="listens">Called whenever the task listens on a port for the first time, with all on which it has listened.</param>
/// <param name="time">The clock.</param>
internal sealed class PortWatch(
    IReadOnlyList<int> ports, Func<OwnSockets> sockets, Action<IReadOnlyList<int>> listens, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Starting = TimeSpan.FromMinutes(1);

    private readonly HashSet<long> own = [];
    private HashSet<long> doubtful = [];
    private readonly HashSet<int> reported = [];

    /// <summary>A port that somebody listens on before the task has started anything; null for none. Who had the port before may need a
    /// moment to end.</summary>
    public static async Task<int?> TakenAsync(IReadOnlyCollection<int> ports, TimeProvider time, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        while (ports.Count > 0 && Listener.On(ports) is [var listener, ..])
        {
            if (time.GetElapsedTime(began) > Patience)
                return listener.Port;
            await Task.Delay(WhileStarting, time, ct);
        }

        return null;
    }

    /// <returns>A port that another program has taken; null when the watch is over.</returns>
    public async Task<int?> RunAsync(CancellationToken ct)
    {
        var began = time.GetTimestamp();
        try
        {
            while (true)
            {
                if (Look() is { } taken)
                    return taken;
                var isStarting = reported.Count < ports.Count && time.GetElapsedTime(began) < Starting;
                await Task.Delay(isStarting || doubtful.Count > 0 ? WhileStarting : Later, time, ct);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    // A socket may have been closed, and its program have ended, between the look at the ports and the one at the programs. What is
    // another's is so the second time too.
    private int? Look()
    {
        var listeners = Listener.On(ports);
        var unknown = listeners.Where(l => !own.Contains(l.Socket)).ToList();
        var before = doubtful;
        doubtful = [];
        if (unknown.Count > 0)
        {
            var mine = sockets();
            foreach (var listener in unknown)
            {
                if (mine.Numbers.Contains(listener.Socket) || !mine.AreAll)
                    own.Add(listener.Socket);
                else if (before.Contains(listener.Socket))
                    return listener.Port;
                else
                    doubtful.Add(listener.Socket);
            }
        }

        var listening = listeners.Where(l => own.Contains(l.Socket)).Select(l => l.Port).Distinct().ToList();
        if (doubtful.Count == 0 && !reported.IsSupersetOf(listening))
        {
            reported.UnionWith(listening);
            listens([.. reported.Order()]);
        }

        return null;
    }
}
