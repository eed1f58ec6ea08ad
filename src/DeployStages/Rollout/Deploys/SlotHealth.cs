using Pipeline.DeployStages.Core.Deploys;
using Pipeline.DeployStages.Data;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;

namespace Pipeline.DeployStages.Rollout.Deploys;

/// <summary>The health of what a slot runs, from the scheduler's rows.</summary>
internal sealed class SlotHealth(DeployableStore deployables, SchedulerQueries scheduler)
{
    /// <summary>Whether every instance that the slot should run is healthy now.</summary>
    public async Task<bool> IsHealthyAsync(string stage, RepositoryId repository, CancellationToken ct)
    {
        var cells = await deployables.OfSlotAsync(stage, repository, ct);
        var deploys = await scheduler.DeploysAsync([.. cells.Select(c => (c.Cluster, c.DeployId))], ct);
        return deploys.Count == cells.Count && deploys.All(DeployHealth.IsInOrder);
    }
}
