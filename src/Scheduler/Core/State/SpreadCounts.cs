using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.State;

/// <summary>How many live tasks of a request sit on each agent and rack.</summary>
internal sealed class SpreadCounts
{
    private static readonly RequestSpread Nowhere = new();
    private const int FewTroubles = 1000;
    private readonly Dictionary<string, RequestSpread> requests = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Request, string Agent), DateTimeOffset> troubles = [];

    public int OnAgent(string request, string agent) => Of(request).OnAgent(agent);

    public int OnRack(string request, string rack) => Of(request).OnRack(rack);

    /// <summary>Of one request; another object when it had no task before.</summary>
    public RequestSpread Of(string request) => requests.GetValueOrDefault(request, Nowhere);

    /// <summary>A task of the request could not be started there through the agent's own fault: others are tried first, until
    /// then.</summary>
    public void NoteTrouble(string request, string agent, DateTimeOffset until, DateTimeOffset now)
    {
        if (troubles.Count >= FewTroubles)
        {
            foreach (var over in troubles.Where(t => t.Value <= now).Select(t => t.Key).ToList())
                troubles.Remove(over);
        }

        troubles[(request, agent)] = until;
    }

    public bool IsTroubled(string request, string agent, DateTimeOffset now) =>
        troubles.Count > 0 && troubles.TryGetValue((request, agent), out var until) && now < until;

    public void Add(TaskRecord task, int by)
    {
        if (task.AgentId is null)
            return;
        if (!requests.TryGetValue(task.RequestId, out var spread))
            requests[task.RequestId] = spread = new RequestSpread();
        spread.Add(task.AgentId, task.Rack ?? "", by);
        if (spread.IsEmpty)
            requests.Remove(task.RequestId);
    }
}

internal sealed class RequestSpread
{
    private readonly Dictionary<string, int> agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> racks = new(StringComparer.Ordinal);

    public bool IsEmpty => agents.Count == 0;

    public int OnAgent(string agent) => agents.Count == 0 ? 0 : agents.GetValueOrDefault(agent);

    public int OnRack(string rack) => racks.Count == 0 ? 0 : racks.GetValueOrDefault(rack);

    public void Add(string agent, string rack, int by)
    {
        Change(agents, agent, by);
        Change(racks, rack, by);
    }

    private static void Change(Dictionary<string, int> counts, string key, int by)
    {
        var count = counts.GetValueOrDefault(key) + by;
        if (count == 0)
            counts.Remove(key);
        else
            counts[key] = count;
    }
}
