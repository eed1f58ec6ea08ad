using System.Globalization;
using Pipeline.DeployStages.Core;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.DeployStages.Rollout;

/// <summary>What the deploys of a promotion came to so far.</summary>
/// <param name="Broken">The first failure with its evidence.</param>
public sealed record RolloutState(bool AllHealthy, (FailureClass Class, string Reason)? Broken);

/// <summary>Looks at the scheduler's rows, so that a lost event changes nothing. Joins the ambient transaction.</summary>
public sealed class RolloutWatch(StageStores stores, SchedulerQueries scheduler, TimeProvider time)
{
    /// <summary>Notes what ended among the deploys of the promotion's newest generation.</summary>
    public async Task<RolloutState> LookAsync(Promotion p, CancellationToken ct)
    {
        (FailureClass, string)? broken = null;
        var healthy = true;
        foreach (var deploy in (await stores.Deploys.OfAsync(p.Id, ct)).Where(d => d.Generation == p.Generation))
        {
            var seen = deploy.State == DeployState.Submitted ? await LookAsync(deploy, ct) : deploy;
            healthy &= seen.State == DeployState.Healthy;
            if (seen.State == DeployState.Failed)
                broken ??= (seen.FailureClass ?? FailureClass.App, $"{seen.Deployable}: {seen.Reason}");
        }

        return new RolloutState(healthy, broken);
    }

    /// <summary>Whether every instance is healthy now, and whether one broke since it was.</summary>
    public async Task<RolloutState> LookInBakeAsync(Promotion p, CancellationToken ct)
    {
        var healthy = true;
        foreach (var deploy in (await stores.Deploys.OfAsync(p.Id, ct)).Where(d => d.Generation == p.Generation))
        {
            if (await scheduler.DeployAsync(deploy.Cluster, deploy.DeployId, ct) is not { } view)
                return new RolloutState(
                    false, (FailureClass.Infra, $"{deploy.Deployable}: the scheduler no longer knows its deploy {deploy.DeployId}."));
            if (view.State is "failed" or "cancelled")
                return new RolloutState(false, (ClassOf(view.FailureClass), $"{deploy.Deployable}: {await EvidenceAsync(view, ct)}"));
            if (await BrokenTaskAsync(deploy, p.HealthyAt, ct) is { } task)
                return new RolloutState(false, (ClassOf(task.FailureClass), $"{deploy.Deployable}: {await EvidenceAsync(task, ct)}"));
            healthy &= Stands(view);
        }

        return new RolloutState(healthy, null);
    }

    /// <summary>Whether every instance that the slot should run is healthy now.</summary>
    public async Task<bool> IsHealthyAsync(string stage, RepositoryId repository, CancellationToken ct)
    {
        foreach (var cell in await stores.Deployables.OfSlotAsync(stage, repository, ct))
        {
            var view = await scheduler.DeployAsync(cell.Cluster, cell.DeployId, ct);
            if (view is null || !Stands(view))
                return false;
        }

        return true;
    }

    /// <summary>
    /// What runs all the time has every instance healthy. A cron, or a job that runs when asked, stands as long as it is in force: nothing
    /// of it has to run. A job that ran with its deploy stands when that ended well.
    /// </summary>
    internal static bool Stands(DeployView deploy) => deploy.Kind is "service" or "worker"
        ? deploy.HealthyInstances >= deploy.Instances
        : deploy.State is "active" or "succeeded";

    private async Task<PromotionDeploy> LookAsync(PromotionDeploy deploy, CancellationToken ct)
    {
        var view = await scheduler.DeployAsync(deploy.Cluster, deploy.DeployId, ct);
        switch (view?.State)
        {
            case "active" or "succeeded":
                await stores.Deploys.EndAsync(deploy, DeployState.Healthy, null, null, time.GetUtcNow(), ct);
                return deploy with { State = DeployState.Healthy };
            case "failed" or "cancelled" or "superseded":
                var reason = await EvidenceAsync(view, ct);
                await stores.Deploys.EndAsync(deploy, DeployState.Failed, ClassOf(view.FailureClass), reason, time.GetUtcNow(), ct);
                return deploy with { State = DeployState.Failed, FailureClass = ClassOf(view.FailureClass), Reason = reason };
            default:
                return deploy;
        }
    }

    // Infra is not the release's fault: the scheduler replaces the instance by itself.
    private async Task<TaskView?> BrokenTaskAsync(PromotionDeploy deploy, DateTimeOffset? since, CancellationToken ct) =>
        (await scheduler.TasksAsync(new TaskFilter(Cluster: deploy.Cluster, DeployId: deploy.DeployId), null, 50, ct)).Items
            .FirstOrDefault(t => t.EndedAt >= since && t.FailureClass is "app" or "health" or "config" or "security" && t.EndedAt >= since);

    private async Task<string> EvidenceAsync(DeployView view, CancellationToken ct)
    {
        var reason = view.Reason ?? $"the deploy is {view.State}";
        var tasks = await scheduler.TasksAsync(new TaskFilter(Cluster: view.Cluster, DeployId: view.Id), null, 50, ct);
        var task = tasks.Items.FirstOrDefault(t => t.FailureClass is not null && t.FailureClass != "infra")
            ?? (tasks.Items.Count > 0 ? tasks.Items[0] : null);
        return task is null ? reason : await WithProbeAsync(task, reason, ct);
    }

    private Task<string> EvidenceAsync(TaskView task, CancellationToken ct) => WithProbeAsync(task, task.Reason ?? "an instance ended", ct);

    private async Task<string> WithProbeAsync(TaskView task, string reason, CancellationToken ct)
    {
        if (task.ExitCode is { } code && !reason.Contains("exit", StringComparison.OrdinalIgnoreCase))
            reason += $" Exit code {code.ToString(CultureInfo.InvariantCulture)}.";
        var probe = (await scheduler.TaskAsync(task.Id, ct))?.Probes.OrderByDescending(x => x.At).FirstOrDefault();
        if (probe is not { Passed: false })
            return reason;
        var status = probe.Status is { } s ? s.ToString(CultureInfo.InvariantCulture) : "no answer";
        var detail = (probe.Detail ?? "").Trim();
        return detail.Length > 0 && reason.Contains(detail, StringComparison.Ordinal)
            ? reason
            : $"{reason} Last probe: {status}{(detail.Length == 0 ? "" : $" \"{(detail.Length > 200 ? detail[..200] : detail)}\"")}.";
    }

    private static FailureClass ClassOf(string? text) =>
        Enum.TryParse<FailureClass>(text, ignoreCase: true, out var known) ? known : FailureClass.App;
}
