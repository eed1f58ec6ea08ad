using Microsoft.Extensions.Logging;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.DeployStages.Core.Plans;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.DeployStages.Data;
using Pipeline.DeployStages.Policy;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Rollout.Deploys;

/// <summary>
/// Gives what runs a fresh promotion statement where its own is of an earlier version, names another user of the agents, or grows old. All
/// of it comes from the signed release document again: nothing is taken from the rows of the scheduler. Joins the ambient transaction.
/// </summary>
internal sealed class StatementRenewal(
    DeployStore deploys, ReleaseQueries releases, PolicyInForce policy, DeploySubmissions submissions, SchedulerCommands scheduler,
    ILogger<StatementRenewal> log)
{
    /// <summary>Half of a statement's life.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(180);

    /// <returns>False when the deploy cannot be renewed: it must be promoted again.</returns>
    public async Task<bool> RenewAsync(PromotionDeploy deploy, Promotion p, DateTimeOffset now, CancellationToken ct)
    {
        var rules = policy.Current.RulesOf(p.Stage, deploy.Cluster);
        var release = await releases.FindAsync(deploy.Release, ct);
        var deployable = release?.Deployables.FirstOrDefault(d => d.Name == deploy.Deployable);
        if (release is null || deployable is null || rules.RequestIdOf(deploy.Deployable) != deploy.RequestId)
        {
            Log.StatementNotRenewed(log, deploy.DeployId, deploy.Cluster);
            return false;
        }

        var fresh = await submissions.PrepareAsync(
            p with { Generation = deploy.Generation, Cluster = deploy.Cluster }, rules, release,
            ResolvedDeployable.For(deployable, p.Stage), deploy.Rollback, StageActor.System, ct);
        await scheduler.RenewAsync(StageActor.Caller, fresh, ct);
        await deploys.SignedAsync(deploy with { SignedUser = fresh.User }, now, ct);
        Log.StatementRenewed(log, deploy.DeployId, deploy.Cluster);
        return true;
    }
}
