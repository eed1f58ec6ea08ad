using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>Compares the instances of a deploy with its target: which are missing, which are surplus.</summary>
internal sealed class InstancePlanner(ClusterState state, InstanceTargets targets)
{
    /// <returns>Null when there is nothing to balance: the deploy is over, or its request is paused.</returns>
    public (Request Request, Deploy Deploy)? Find(string requestId, string deployId) =>
        state.Requests.TryGetValue(requestId, out var request) && state.Deploys.TryGetValue(deployId, out var deploy)
        && deploy is { IsLive: true, KeepsRunning: true } && !InstanceTargets.IsLeftAlone(request, deploy)
            ? (request, deploy)
            : null;

    public int NeededOf(Request request, Deploy deploy) => targets.NeededOf(request, deploy);

    /// <summary>Two tasks of the same instance, after a cancelled bounce: the healthy one stays, otherwise the older.</summary>
    public (TaskRecord Goes, string Reason)? DuplicateOf(Deploy deploy)
    {
        var tally = state.TallyOf(deploy.Id);
        if (tally.Filling <= tally.Places)
            return null;
        var places = new Dictionary<int, TaskRecord>();
        foreach (var task in state.TasksOf(deploy.Id).Where(t => t.FillsPlace))
        {
            if (places.TryAdd(task.Instance, task))
                continue;
            var other = places[task.Instance];
            var (stays, goes) = IsBetter(other, task) ? (other, task) : (task, other);
            return (goes, $"instance {stays.Instance} runs as {stays.Id}");
        }

        return null;
    }

    /// <returns>Null when there is no surplus.</returns>
    public Surplus? SurplusOf(Request request, Deploy deploy)
    {
        var places = state.TallyOf(deploy.Id).Places;
        var target = targets.TargetOf(request, deploy);
        if (places <= target)
            return null;
        var isMakingRoom = targets.IsMakingRoom(request, deploy);
        var filling = state.TasksOf(deploy.Id).Where(t => t.FillsPlace);
        // For a newer deploy the lowest numbers leave first, unhealthy before healthy; when scaled down, the highest.
        var leavers = isMakingRoom
            ? filling.OrderBy(t => t.IsHealthy).ThenBy(t => t.Instance).Take(places - target).ToList()
            : ScaleDownOrder(deploy, filling, places - target);
        var reason = isMakingRoom ? $"made room for deploy {request.PendingDeploy}" : $"{target} instances are wanted";
        return new Surplus(leavers, reason, target, isMakingRoom);
    }

    /// <summary>Whether a plan is still valid after a part of it was carried out.</summary>
    public bool Holds(Surplus surplus, Request request, Deploy deploy) =>
        Find(request.Id, deploy.Id) == (request, deploy) && targets.TargetOf(request, deploy) == surplus.Target;

    /// <returns>The lowest instance number from <paramref name="from"/> on that must be started; null when none must.</returns>
    public int? Missing(Request request, Deploy deploy, int from)
    {
        if (deploy.FailureClass == FailureClass.Security)
            return null; // It failed verification: nothing new starts.
        var tally = state.TallyOf(deploy.Id);
        if (tally.Places >= targets.TargetOf(request, deploy))
            return null;
        var instance = from;
        while (tally.IsFilled(instance))
            instance++;
        return instance;
    }

    /// <summary>The order of scaling down: the highest number first; with rack sensitivity, always from the fullest rack.</summary>
    private List<TaskRecord> ScaleDownOrder(Deploy deploy, IEnumerable<TaskRecord> filling, int count)
    {
        var highest = filling.OrderByDescending(t => t.Instance);
        if (!state.Forced.Over(deploy.Spec.Options.Placement).RackSensitive)
            return [.. highest.Take(count)];
        // Unplaced tasks first, then always the highest number in the fullest rack.
        var unplaced = highest.Where(t => t.Rack is null).Take(count).ToList();
        var racks = highest.Where(t => t.Rack is not null).GroupBy(t => t.Rack!, StringComparer.Ordinal)
            .Select(g => new Queue<TaskRecord>(g)).ToList();
        while (unplaced.Count < count && racks.Exists(r => r.Count > 0))
            unplaced.Add(racks.OrderByDescending(r => r.Count).ThenByDescending(r => r.TryPeek(out var t) ? t.Instance : 0).First()
                .Dequeue());
        return unplaced;
    }

    private static bool IsBetter(TaskRecord a, TaskRecord b) => a.IsHealthy != b.IsHealthy ? a.IsHealthy : a.Attempt < b.Attempt;
}

/// <summary>Instances above the target.</summary>
/// <param name="Target">How many should run.</param>
/// <param name="IsMakingRoom">They leave for a newer deploy: healthy instances that are still needed leave later.</param>
internal sealed record Surplus(IReadOnlyList<TaskRecord> Leavers, string Reason, int Target, bool IsMakingRoom);
