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
        foreach (var cell in await deployables.OfSlotAsync(stage, repository, ct))
        {
            if (await scheduler.DeployAsync(cell.Cluster, cell.DeployId, ct) is not { } deploy || !DeployHealth.IsInOrder(deploy))
                return false;
        }

        return true;
    }
}
