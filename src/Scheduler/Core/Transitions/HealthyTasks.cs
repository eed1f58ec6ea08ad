using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Tasks;

namespace Pipeline.Scheduler.Core.Transitions;

/// <summary>A task is healthy: it passed its readiness check, or has none and ran for long enough.</summary>
internal sealed class HealthyTasks(
    ClusterState state, ClusterJournal journal, ReadinessChecks checks, Backoffs backoffs, Convergence convergence)
{
    public void BecameHealthy(TaskRecord task, DateTimeOffset now)
    {
        checks.Stop(task.Id);
        backoffs.Reset(task);
        state.Save(task with { HealthyAt = now });
        journal.Append(new TaskHealthy(state.Cluster, task.RequestId, task.DeployId, task.Id), ClusterJournal.SubjectOf(task));
        if (state.Deploys[task.DeployId].KeepsRunning)
            convergence.SettleHealthy(task, now);
    }
}
