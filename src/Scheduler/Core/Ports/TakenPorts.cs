using System.Collections.ObjectModel;

namespace Pipeline.Scheduler.Core.Ports;

/// <summary>Ports of agents that tasks were given and found taken by other programs, which the master does not know of and offers again.
/// Not kept over a term: a port that is still taken then costs one attempt.</summary>
internal sealed class TakenPorts
{
    private readonly Dictionary<string, Dictionary<int, DateTimeOffset>> agents = new(StringComparer.Ordinal);

    /// <param name="agentId">The agent.</param>
    /// <param name="ports">Those of the task: which of them is taken, its end does not say.</param>
    /// <param name="until">When they may be tried again.</param>
    public void Note(string agentId, IReadOnlyList<int> ports, DateTimeOffset until)
    {
        if (!agents.TryGetValue(agentId, out var taken))
            agents[agentId] = taken = [];
        foreach (var port in ports)
            taken[port] = until;
    }

    public IReadOnlySet<int> On(string agentId, DateTimeOffset now)
    {
        if (!agents.TryGetValue(agentId, out var taken))
            return ReadOnlySet<int>.Empty;
        foreach (var (port, _) in taken.Where(t => t.Value <= now).ToList())
            taken.Remove(port);
        if (taken.Count == 0)
            agents.Remove(agentId);
        return taken.Keys.ToHashSet();
    }
}
