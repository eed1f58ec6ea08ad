namespace Pipeline.Scheduler.Core;

/// <summary>How many live tasks of a request sit on each agent and rack.</summary>
internal sealed class SpreadCounts
{
    private readonly Dictionary<(string Request, string Agent), int> agents = [];
    private readonly Dictionary<(string Request, string Rack), int> racks = [];

    public int OnAgent(string request, string agent) => agents.GetValueOrDefault((request, agent));

    public int OnRack(string request, string rack) => racks.GetValueOrDefault((request, rack));

    public void Add(TaskRecord task, int by)
    {
        if (task.AgentId is null)
            return;
        Change(agents, (task.RequestId, task.AgentId), by);
        Change(racks, (task.RequestId, task.Rack ?? ""), by);
    }

    private static void Change(Dictionary<(string, string), int> counts, (string, string) key, int by)
    {
        var count = counts.GetValueOrDefault(key) + by;
        if (count == 0)
            counts.Remove(key);
        else
            counts[key] = count;
    }
}
