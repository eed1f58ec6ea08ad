using Pipeline.Kernel;

namespace Pipeline.Scheduler.Core;

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
