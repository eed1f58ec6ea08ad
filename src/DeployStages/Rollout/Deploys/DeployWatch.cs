using Pipeline.DeployStages.Core.Deploys;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.DeployStages.Rollout.Deploys;

/// <summary>Reads the state of a promotion's deploys from the scheduler's rows, so that a lost event changes nothing. Joins the ambient
/// transaction.</summary>
internal sealed class DeployWatch(DeployStore deploys, SchedulerQueries scheduler, FailureEvidence evidence, TimeProvider time)
{
    /// <summary>Records which deploys of the promotion's newest generation have ended.</summary>
    public async Task<RolloutState> CheckAsync(Promotion p, CancellationToken ct)
    {
        RolloutFailure? failure = null;
        var healthy = true;
        foreach (var deploy in await deploys.OfGenerationAsync(p, ct))
        {
            var seen = deploy.State == DeployState.Submitted ? await CheckAsync(deploy, ct) : deploy;
            healthy &= seen.State == DeployState.Healthy;
            if (seen.State == DeployState.Failed)
                failure ??= new RolloutFailure(seen.FailureClass ?? FailureClass.App, $"{seen.Deployable}: {seen.Reason}");
        }

        return new RolloutState(healthy, failure);
    }

    /// <summary>Whether every instance is healthy now, and whether one has failed since the promotion became healthy.</summary>
    public async Task<RolloutState> CheckBakeAsync(Promotion p, CancellationToken ct)
    {
        var healthy = true;
        foreach (var deploy in await deploys.OfGenerationAsync(p, ct))
        {
            var view = await scheduler.DeployAsync(deploy.Cluster, deploy.DeployId, ct);
            if (await BakeFailureAsync(deploy, view, p.HealthyAt, ct) is { } failure)
                return new RolloutState(false, failure with { Reason = $"{deploy.Deployable}: {failure.Reason}" });
            healthy &= DeployHealth.IsInOrder(view!);
        }

        return new RolloutState(healthy, null);
    }

    private async Task<RolloutFailure?> BakeFailureAsync(
        PromotionDeploy deploy, DeployView? view, DateTimeOffset? since, CancellationToken ct)
    {
        if (view is null)
            return new RolloutFailure(FailureClass.Infra, $"the scheduler no longer knows its deploy {deploy.DeployId}.");
        if (view.State is "failed" or "cancelled")
            return new RolloutFailure(DeployHealth.ClassOf(view.FailureClass), await evidence.OfDeployAsync(view, ct));
        return await evidence.FailedTaskAsync(deploy.Cluster, deploy.DeployId, since, ct) is { } task
            ? new RolloutFailure(DeployHealth.ClassOf(task.FailureClass), await evidence.OfTaskAsync(task, ct))
            : null;
    }

    private async Task<PromotionDeploy> CheckAsync(PromotionDeploy deploy, CancellationToken ct)
    {
        var view = await scheduler.DeployAsync(deploy.Cluster, deploy.DeployId, ct);
        switch (view?.State)
        {
            case "active" or "succeeded":
                await deploys.EndAsync(deploy, DeployState.Healthy, null, null, time.GetUtcNow(), ct);
                return deploy with { State = DeployState.Healthy };
            case "failed" or "cancelled" or "superseded":
                var failure = new RolloutFailure(DeployHealth.ClassOf(view.FailureClass), await evidence.OfDeployAsync(view, ct));
                await deploys.EndAsync(deploy, DeployState.Failed, failure.Class, failure.Reason, time.GetUtcNow(), ct);
                return deploy with { State = DeployState.Failed, FailureClass = failure.Class, Reason = failure.Reason };
            default:
                return deploy;
        }
    }
}
