using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Placing;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>The shape of each deploy's tasks, kept while nothing changes it.</summary>
internal sealed class TaskShapes(ClusterState state, InstanceTargets targets)
{
    private readonly Dictionary<string, TaskShape> shapes = new(StringComparer.Ordinal);

    public TaskShape Of(TaskRecord task)
    {
        var deploy = state.Deploys[task.DeployId];
        if (shapes.TryGetValue(task.DeployId, out var known))
        {
            if (!known.SharesOut || known.Instances == targets.WantedOf(state.Requests[task.RequestId], deploy))
                return known;
        }
        else if (shapes.Count > 2 * state.Deploys.Count + 1000)
        {
            shapes.Clear();
        }

        var instances = deploy.KeepsRunning ? targets.WantedOf(state.Requests[task.RequestId], deploy) : 1;
        return shapes[task.DeployId] = TaskShape.Of(deploy, instances, state.Forced);
    }

    public void Forget(string deployId) => shapes.Remove(deployId);

    /// <summary>The placement override of the cluster changed.</summary>
    public void Clear() => shapes.Clear();
}
