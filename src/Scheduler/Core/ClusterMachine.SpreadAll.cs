using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Core;

// Rules that share instances out: one on every agent, whose number follows the agents; and even racks when there are to be fewer.
internal sealed partial class ClusterMachine
{
    /// <summary>Of deploys that have one instance on every agent: how many agents there are for it.</summary>
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private int followed = -1;
    private int followedDeploys = -1;

    private void FollowAgents(DateTimeOffset now)
    {
        if (followed == state.AgentChanges && followedDeploys == state.DeployChanges)
            return;
        (followed, followedDeploys) = (state.AgentChanges, state.DeployChanges);
        foreach (var id in places.Keys.Where(id => !state.Deploys.ContainsKey(id)).ToList())
            places.Remove(id);
        foreach (var deploy in state.Deploys.Values.Where(d => d is { KeepsRunning: true, IsLive: true }).OrderBy(d => d.Id, StringComparer.Ordinal).ToList())
            Follow(deploy, now);
        // Balancing made no new agents, but may have ended deploys.
        followedDeploys = state.DeployChanges;
    }

    private void Follow(Deploy deploy, DateTimeOffset now)
    {
        var strategy = state.Forced.Over(deploy.Spec.Options.Placement).Strategy;
        var wanted = strategy == PlacementStrategy.SpreadAll ? PlacesFor(deploy, now) : (int?)null;
        if (wanted == (places.TryGetValue(deploy.Id, out var before) ? before : null))
            return;
        if (wanted is { } count)
            places[deploy.Id] = count;
        else
            places.Remove(deploy.Id);
        shapes.Remove(deploy.Id);
        Balance(deploy.RequestId, now);
        Proceed(deploy.Id, now);
    }

    private int PlacesFor(Deploy deploy, DateTimeOffset now)
    {
        var shape = Shape.Of(deploy, deploy.Spec.Instances, state.Forced);
        var rules = new AgentRules(state.Machines, settings, now);
        var keeps = state.TasksOf(deploy.Id).Where(t => t is { FillsPlace: true, AgentId: not null }).Select(t => t.AgentId!).ToHashSet(StringComparer.Ordinal);
        // A frozen agent keeps its instance; one that drains does not count, nor one that is gone.
        return Math.Max(1, state.Agents.Values.Count(a => a.State == AgentState.Active && rules.Judge(shape, a.Host, a.Rack, a.Attributes, null) switch
        {
            Fit.Yes => true,
            Fit.Frozen => keeps.Contains(a.Id),
            _ => false,
        }));
    }

    /// <summary>Who goes when there are to be fewer: the highest number; of a request that is even over racks, from the fullest rack.</summary>
    private List<TaskRecord> LeastMissed(Deploy deploy, IEnumerable<TaskRecord> filling, int count)
    {
        var highest = filling.OrderByDescending(t => t.Instance);
        if (!state.Forced.Over(deploy.Spec.Options.Placement).RackSensitive)
            return [.. highest.Take(count)];
        // What has no place yet, then always the highest of the fullest rack.
        var unplaced = highest.Where(t => t.Rack is null).Take(count).ToList();
        var racks = highest.Where(t => t.Rack is not null).GroupBy(t => t.Rack!, StringComparer.Ordinal).Select(g => new Queue<TaskRecord>(g)).ToList();
        while (unplaced.Count < count && racks.Exists(r => r.Count > 0))
            unplaced.Add(racks.OrderByDescending(r => r.Count).ThenByDescending(r => r.TryPeek(out var t) ? t.Instance : 0).First().Dequeue());
        return unplaced;
    }
}
