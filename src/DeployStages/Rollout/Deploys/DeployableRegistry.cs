using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Rollout.Deploys;

/// <summary>Keeps the matrix of deployables: what should run in each stage. Joins the ambient transaction.</summary>
internal sealed class DeployableRegistry(
    DeployableStore deployables, DeployStore deploys, ReleaseQueries releases, SchedulerCommands scheduler, RouteClaims routes,
    TimeProvider time)
{
    /// <summary>From now on the matrix shows the deploys of the promotion's newest generation, and traffic goes to them.</summary>
    public async Task RecordAsync(Promotion p, Digest releaseDigest, CancellationToken ct)
    {
        var release = await releases.FindAsync(releaseDigest, ct);
        Invariant.Require(release is not null);
        var now = time.GetUtcNow();
        await deployables.UpsertAsync(
            [.. (await deploys.OfGenerationAsync(p, ct)).Select(d => new RunningDeployable(
                d.Deployable, p.Stage, p.Repository, d.Kind, releaseDigest, release.Number, release.CommitSha, d.DeployId,
                d.RequestId, d.Cluster, d.Instances, p.Id, now))],
            ct);
        await routes.PassOnAsync(release, p.Stage, ct);
    }

    /// <summary>Removes the deployables of the slot that only other releases had.</summary>
    public async Task RemoveMissingAsync(Promotion p, Actor actor, CancellationToken ct)
    {
        var keep = (await deploys.OfGenerationAsync(p, ct)).Select(d => d.Deployable).ToArray();
        var removed = await deployables.RemoveOthersAsync(p.Stage, p.Repository, keep, ct);
        await routes.AbandonAsync(p.Stage, p.Repository, [.. removed.Select(d => d.Name)], ct);
        foreach (var (cluster, request) in removed.Select(d => (d.Cluster, d.RequestId)).Distinct())
            await scheduler.RemoveRequestAsync(StageActor.For(actor), cluster, request, ct);
        await RemoveAttemptedAsync(p, [.. keep, .. removed.Select(d => d.Name)], actor, ct);
    }

    /// <summary>Removes the deployables that the promotion started and the slot did not have before, and gives their routes back.</summary>
    public async Task RemoveAddedAsync(Promotion p, Actor actor, CancellationToken ct)
    {
        var had = (await deployables.OfSlotAsync(p.Stage, p.Repository, ct)).Select(d => d.Name).ToArray();
        await RemoveAttemptedAsync(p, had, actor, ct);
    }

    // A request that runs something else is not of this promotion, whatever its name: its deploy was refused, or replaced.
    private async Task RemoveAttemptedAsync(Promotion p, string[] except, Actor actor, CancellationToken ct)
    {
        var attempted = (await deploys.OfAsync(p.Id, ct)).Where(d => !except.Contains(d.Deployable)).ToList();
        await routes.AbandonAsync(p.Stage, p.Repository, [.. attempted.Select(d => d.Deployable).Distinct()], ct);
        foreach (var request in attempted.GroupBy(d => (d.Cluster, d.RequestId), d => d.DeployId))
            await scheduler.RemoveRequestOfAsync(
                StageActor.For(actor), request.Key.Cluster, request.Key.RequestId, [.. request], ct);
    }
}
