using Pipeline.DeployStages.Core.Deploys;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.DeployStages.Rollout.Deploys;

/// <summary>Finds the evidence for a failure in the scheduler's rows: the task, its exit code, its last probe.</summary>
internal sealed class FailureEvidence(SchedulerQueries scheduler)
{
    private const int MostTasks = 50;

    /// <summary>Why a deploy failed.</summary>
    public async Task<string> OfDeployAsync(DeployView deploy, CancellationToken ct)
    {
        var reason = deploy.Reason ?? $"the deploy is {deploy.State}";
        return FailureReason.DecidingTask(await TasksAsync(deploy.Cluster, deploy.Id, ct)) is { } task
            ? await WithEvidenceAsync(reason, task, ct)
            : reason;
    }

    /// <summary>Why a task failed.</summary>
    public Task<string> OfTaskAsync(TaskView task, CancellationToken ct) => WithEvidenceAsync(task.Reason ?? "an instance ended", task, ct);

    /// <summary>A task of the deploy that failed since then through the release's fault.</summary>
    public async Task<TaskView?> FailedTaskAsync(string cluster, string deployId, DateTimeOffset? since, CancellationToken ct) =>
        (await TasksAsync(cluster, deployId, ct)).FirstOrDefault(t => DeployHealth.IsFailureOfRelease(t, since));

    private async Task<string> WithEvidenceAsync(string reason, TaskView task, CancellationToken ct) =>
        FailureReason.WithEvidence(reason, task.ExitCode, (await scheduler.TaskAsync(task.Id, ct))?.Probes ?? []);

    private async Task<IReadOnlyList<TaskView>> TasksAsync(string cluster, string deployId, CancellationToken ct) =>
        (await scheduler.TasksAsync(new TaskFilter(Cluster: cluster, DeployId: deployId), null, MostTasks, ct)).Items;
}
