using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Policy;
using Pipeline.DeployStages.Rollout.Commits;
using Pipeline.DeployStages.Rollout.Gates;
using Pipeline.Kernel;

namespace Pipeline.DeployStages.Reading;

/// <summary>Plans with their gates, as people see them.</summary>
internal sealed class PlanViewReader(PolicyInForce policy, GateEvaluator gates, ReleaseQueries releases, Contributors contributors)
{
    /// <returns>Null when the stage is no longer in the policy.</returns>
    public async Task<PlanView?> OfPromotionAsync(Promotion p, CancellationToken ct) =>
        policy.Current.Find(p.Stage) is { } stage ? await ReadAsync(stage, p.Release, p.Repository, p.Id, ct) : null;

    /// <returns>Null when the release or the stage is unknown.</returns>
    public async Task<PlanView?> DryRunAsync(Digest release, string stage, CancellationToken ct) =>
        policy.Current.Find(stage) is { } known && await releases.FindAsync(release, ct) is { } found
            ? await ReadAsync(known, release, found.RepositoryId, null, ct)
            : null;

    private async Task<PlanView> ReadAsync(
        StagePolicy stage, Digest release, RepositoryId repository, PromotionId? id, CancellationToken ct)
    {
        var (plan, verdict, _) = await gates.EvaluateAsync(stage, release, repository, id, ct);
        return new PlanView(
            id, plan.Stage, plan.Cluster, repository, plan.From, plan.To, plan.Deployables,
            contributors.Commits(repository, plan.From?.Commit, plan.To.Commit), verdict.Blockers, plan.RollbackTarget, plan.Digest);
    }
}
