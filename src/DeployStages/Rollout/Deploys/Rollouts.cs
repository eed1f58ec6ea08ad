using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Rollout.Deploys;

/// <summary>Submits to the scheduler what a release needs in a stage: one deploy per deployable. Joins the ambient transaction.</summary>
internal sealed class Rollouts(
    SlotStore slots, DeployStore deploys, ReleaseQueries releases, DeploySubmissions submissions, SchedulerCommands scheduler,
    TimeProvider time)
{
    /// <summary>Takes the slot for the release and submits its deploys.</summary>
    /// <param name="p">Carries the generation of the deploys.</param>
    public async Task SubmitAsync(Promotion p, StagePolicy policy, Digest releaseDigest, bool rollback, Actor actor, CancellationToken ct)
    {
        var release = await releases.FindAsync(releaseDigest, ct);
        Invariant.Require(release is not null && p.Generation is not null);
        var now = time.GetUtcNow();
        await slots.TakeAsync(p, releaseDigest, now, ct);
        var submitted = new List<PromotionDeploy>();
        foreach (var deployable in release.Deployables.Select(d => ResolvedDeployable.For(d, p.Stage)))
        {
            var submission = await submissions.PrepareAsync(p, policy, release, deployable, rollback, actor, ct);
            await scheduler.DeployAsync(StageActor.For(actor), submission, ct);
            submitted.Add(new PromotionDeploy(
                p.Id, p.Cluster, submission.DeployId, submission.RequestId, deployable.Name, deployable.Kind, releaseDigest,
                p.Generation.Value, rollback, deployable.Instances, DeployState.Submitted, null, null, now, null)
            {
                SignedUser = submission.User,
            });
        }

        await deploys.InsertAsync(submitted, ct);
    }

    /// <summary>Cancels the deploys that are not healthy yet; healthy ones stay.</summary>
    public async Task CancelAsync(Promotion p, Actor actor, CancellationToken ct)
    {
        var reason = $"promotion {p.Number} ended: {p.Reason}";
        foreach (var deploy in (await deploys.OfGenerationAsync(p, ct)).Where(d => d.State == DeployState.Submitted))
        {
            await scheduler.CancelDeployAsync(StageActor.For(actor), deploy.Cluster, deploy.DeployId, reason, ct);
            await deploys.EndAsync(
                deploy, DeployState.Failed, p.FailureClass, "Cancelled: the promotion ended.", time.GetUtcNow(), ct);
        }
    }
}
