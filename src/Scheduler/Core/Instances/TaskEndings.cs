using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Instances;

/// <summary>Ends a task: saves its row, then continues with its run or its deploy.</summary>
internal sealed class TaskEndings(ClusterState state, TaskCloser closer, RunEndings runs, InstanceEndings instances)
{
    public void End(TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        var deploy = state.Deploys[task.DeployId];
        closer.Close(task, end, now);
        if (deploy.Spec.Kind == RequestKind.RunOnce)
            runs.Ended(deploy, task, end, now);
        else
            instances.Ended(deploy, task, end, now);
        state.RemoveWhenEmpty(task.RequestId);
    }
}
